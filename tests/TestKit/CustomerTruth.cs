using WeComSync.Simulator.Api;
using WeComSync.Simulator.Customers;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Customers;

namespace WeComSync.TestKit;

/// <summary>The customers' half of the mirror as it ought to be, column by column.</summary>
internal sealed class CustomerTruth(CustomerWorld world, TruthView view)
{
    private readonly List<Relation> relations = [.. world.Relations];
    private readonly List<CorpTagGroup> groups = [.. world.TagGroups];

    public IEnumerable<(MirrorTable Table, IEnumerable<TrueRow> Rows)> Tables()
    {
        var followed = relations.Select(r => r.ExternalUserId).ToHashSet(StringComparer.Ordinal);
        var tags = groups.SelectMany(g => g.Tags).Select(t => t.Id).ToHashSet(StringComparer.Ordinal);
        return
        [
            (CustomerTables.TagGroups, groups.Where(g => !g.IsRule).Select(g => new TrueRow
            {
                { "group_id", g.Id }, { "name", g.Name }, { "sort_order", g.Order }, { "made_at", Time(g.CreateTime) },
            })),
            (CustomerTables.Tags, groups.SelectMany(g => g.Tags.Select(t => Tag(g, t)))),
            (CustomerTables.Customers, world.Customers.Select(c => followed.Contains(c.ExternalUserId) ? Seen(c) : Unseen(c))),
            (CustomerTables.Follows, relations.Select(r => Seen(r, tags))),
            (CustomerTables.Chats, world.Chats.Select(Chat)),
            (CustomerTables.ChatMembers, world.Chats.SelectMany(c => c.Members.Select(m => Member(c, m)))),
        ];
    }

    /// <summary>Tags of rule groups are known once somebody who carries them was read.</summary>
    private static TrueRow Tag(CorpTagGroup group, CorpTag tag) => new(isOptional: group.IsRule)
    {
        { "tag_id", tag.Id },
        { "group_id", group.IsRule ? null : group.Id },
        { "name", tag.Name },
        { "sort_order", group.IsRule ? null : tag.Order },
        { "made_at", group.IsRule ? null : Time(tag.CreateTime) },
        { "type", group.IsRule ? 3 : 1 },
    };

    private TrueRow Seen(Customer c) => new()
    {
        { "external_user_id", c.ExternalUserId },
        { "name", c.Name },
        { "type", c.Type },
        { "gender", c.Gender },
        { "avatar", c.Avatar },
        { "unionid", world.UnionIdOf(c) },
        { "position", c.IsWeCom ? c.Position : null },
        { "corp_name", c.IsWeCom ? c.CorpName : null },
        { "corp_full_name", c.IsWeCom ? c.CorpFullName : null },
        { "external_profile", c is { IsWeCom: true, Profile: { } profile } ? TruthJson.Object(json => ProfileJson.Write(json, profile))["external_profile"] : null },
        { "visible", true },
    };

    /// <summary>Nobody's customer now: his row stays, if there ever was one, with what was known last.</summary>
    private static TrueRow Unseen(Customer c) => new(isOptional: true)
    {
        { "external_user_id", c.ExternalUserId },
        { "name", OneOf.Any },
        { "type", OneOf.Any },
        { "gender", OneOf.Any },
        { "avatar", OneOf.Any },
        { "unionid", OneOf.Any },
        { "position", OneOf.Any },
        { "corp_name", OneOf.Any },
        { "corp_full_name", OneOf.Any },
        { "external_profile", OneOf.Any },
        { "visible", false },
    };

    private TrueRow Seen(Relation r, HashSet<string> tags)
    {
        var f = r.Follow;
        var own = f.PersonalTags.Select(t => t.Name).Distinct().Order(StringComparer.Ordinal);
        return new TrueRow
        {
            { "user_id", r.UserId },
            { "external_user_id", r.ExternalUserId },
            { "remark", f.Remark },
            { "description", f.Description },
            { "followed_at", Time(f.CreateTime) },
            { "remark_corp_name", f.RemarkCorpName },
            { "remark_mobiles", f.RemarkMobiles },
            { "add_way", f.AddWay },
            { "oper_user_id", f.OperUserId },
            { "state", f.State },
            { "tag_ids", f.TagIds.Where(tags.Contains).Distinct().Order(StringComparer.Ordinal) },
            // Only a single reading tells a member's own tags, and only an event that the customer deleted him.
            { "personal_tags", view.EveryEvent ? new OneOf(null, own) : OneOf.Any },
            {
                "wechat_channels", f.Channels is { } channels
                    ? TruthJson.Object(json => { json.WriteString("nickname", channels.Nickname); json.WriteNumber("source", channels.Source); }) : null
            },
            // Who was added again with the data of the first time looks to a reading as if nothing had been.
            { "deleted_by_customer_at", f.IsDeletedByCustomer || !view.EveryEvent ? OneOf.Any : null },
            { "deleted_by_member_at", null },
            { "removed_reason", null },
            { "visible", true },
        };
    }

    private static TrueRow Chat(GroupChat c) => new()
    {
        { "chat_id", c.ChatId },
        { "name", c.Name },
        { "owner_user_id", c.OwnerUserId },
        // Only the list of chats tells it, not the reading of one.
        { "status", new OneOf(null, c.Owner.Current is null ? 1 : 0) },
        { "notice", c.Notice },
        { "admin_user_ids", c.Admins.Distinct().Order(StringComparer.Ordinal) },
        { "member_version", c.MemberVersion },
        { "made_at", Time(c.CreateTime) },
    };

    private TrueRow Member(GroupChat c, ChatMember m)
    {
        var customer = m.ExternalUserId is { } id ? world.Find(id) : null;
        return new TrueRow
        {
            { "chat_id", c.ChatId },
            { "member_id", m.Id },
            { "type", m.Type },
            { "unionid", customer is null ? null : world.UnionIdOf(customer) },
            { "joined_at", Time(m.JoinTime) },
            { "join_scene", m.JoinScene },
            { "invitor_user_id", m.InvitorUserId },
            { "group_nickname", m.Nickname },
            { "name", customer?.Name ?? m.Staff?.Last.Name ?? "" },
            { "state", m.State },
        };
    }

    private static DateTimeOffset Time(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);
}
