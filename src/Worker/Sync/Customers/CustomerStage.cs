using Npgsql;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>Temporary tables for the customers' half, on one connection, and the ways rows get into them.</summary>
/// <param name="connection">Carries them; several connections of a run have their own.</param>
/// <param name="clockOffset">What must be added to this host's clock to get the database's.</param>
internal sealed class CustomerStage(NpgsqlConnection connection, TimeSpan clockOffset)
{
    /// <summary>
    /// A part is small beside the mirror, and both may have been filled a moment ago: the planner, which believes neither, must not
    /// compile for long what runs for a tenth of a second, nor read a whole table for a part of it.
    /// </summary>
    private const string SmallParts = "SET jit = off; SET work_mem = '64MB'; SET random_page_cost = 1.1";

    private static readonly StagingTables Tables = new(
    [
        .. StagingTables.Of(CustomerTables.All),
        ("read_members", "(user_id text COLLATE \"C\" PRIMARY KEY)"),
        ("listed_follows", "(user_id text COLLATE \"C\", external_user_id text COLLATE \"C\")"),
        ("read_chats", "(chat_id text COLLATE \"C\" PRIMARY KEY)"),
        ("gone_follows", "(user_id text COLLATE \"C\", external_user_id text COLLATE \"C\", removed_reason text, deleted_by_member_at timestamptz, fetched_at timestamptz)"),
        ("gone_group_chats", "(chat_id text COLLATE \"C\", fetched_at timestamptz)"),
        ("gone_corp_tags", "(tag_id text COLLATE \"C\", fetched_at timestamptz)"),
        ("unseen", "(user_id text COLLATE \"C\", external_user_id text COLLATE \"C\", listed_at timestamptz, confirmed boolean)"),
        MirrorSql.Causes,
    ]);

    public NpgsqlConnection Connection => connection;

    public TimeSpan ClockOffset => clockOffset;

    /// <summary>Makes the connection ready, with empty tables.</summary>
    public async Task PrepareAsync(CancellationToken ct)
    {
        await connection.ExecuteAsync(SmallParts, [], ct);
        await ClearAsync(ct);
    }

    public Task ClearAsync(CancellationToken ct) => Tables.ClearAsync(connection, ct);

    public async Task CopyTagsAsync(WeComCorpTags tags, CancellationToken ct)
    {
        var groups = tags.Groups.Where(g => !string.IsNullOrEmpty(g.GroupId)).DistinctBy(g => g.GroupId).ToList();
        await using (var writer = await StageWriter.OpenAsync(connection, MirrorSql.Copy(CustomerTables.TagGroups), ct))
        {
            foreach (var group in groups)
            {
                await writer.StartRowAsync(ct);
                await writer.TextAsync(group.GroupId, ct);
                await writer.TextAsync(group.GroupName, ct);
                await writer.BigintAsync(group.Order, ct);
                await writer.TimeAsync(WeComTime.Of(group.CreateTime), ct);
                await writer.TimeAsync(tags.FetchedAt + clockOffset, ct);
            }

            await writer.CompleteAsync(ct);
        }

        await using (var writer = await StageWriter.OpenAsync(connection, MirrorSql.Copy(CustomerTables.Tags), ct))
        {
            foreach (var (group, tag) in groups.SelectMany(g => (g.Tags ?? []).Select(t => (g, t)))
                .Where(t => !string.IsNullOrEmpty(t.t.Id)).DistinctBy(t => t.t.Id))
            {
                await writer.StartRowAsync(ct);
                await writer.TextAsync(tag.Id, ct);
                await writer.TextAsync(group.GroupId, ct);
                await writer.TextAsync(tag.Name, ct);
                await writer.BigintAsync(tag.Order, ct);
                await writer.TimeAsync(WeComTime.Of(tag.CreateTime), ct);
                await writer.SmallintAsync(null, ct);
                await writer.TimeAsync(tags.FetchedAt + clockOffset, ct);
            }

            await writer.CompleteAsync(ct);
        }
    }

    /// <summary>Stages tags of rule groups, which only a single customer's relations name.</summary>
    public async Task CopyRuleTagsAsync(IEnumerable<(string TagId, string? Name, DateTimeOffset FetchedAt)> tags, CancellationToken ct)
    {
        await using var writer = await StageWriter.OpenAsync(connection, MirrorSql.Copy(CustomerTables.Tags), ct);
        foreach (var (tagId, name, fetchedAt) in tags)
        {
            await writer.StartRowAsync(ct);
            await writer.TextAsync(tagId, ct);
            await writer.TextAsync(null, ct);
            await writer.TextAsync(name, ct);
            await writer.BigintAsync(null, ct);
            await writer.TimeAsync(null, ct);
            await writer.SmallintAsync(WeComFollowTag.OfRule, ct);
            await writer.TimeAsync(fetchedAt + clockOffset, ct);
        }

        await writer.CompleteAsync(ct);
    }

    /// <summary>Stages people; one may come more than once.</summary>
    public async Task CopyCustomersAsync(IEnumerable<(WeComExternalContact Contact, DateTimeOffset FetchedAt)> contacts, CancellationToken ct)
    {
        await using var writer = await StageWriter.OpenAsync(connection, MirrorSql.Copy(CustomerTables.Customers), ct);
        foreach (var (contact, fetchedAt) in contacts)
        {
            await writer.StartRowAsync(ct);
            await writer.TextAsync(contact.ExternalUserId, ct);
            await writer.TextAsync(contact.Name, ct);
            await writer.SmallintAsync(contact.Type, ct);
            await writer.SmallintAsync(contact.Gender, ct);
            await writer.TextAsync(contact.Avatar, ct);
            await writer.TextAsync(contact.Unionid, ct);
            await writer.TextAsync(contact.Position, ct);
            await writer.TextAsync(contact.CorpName, ct);
            await writer.TextAsync(contact.CorpFullName, ct);
            await writer.JsonAsync(contact.ExternalProfile, ct);
            await writer.BooleanAsync(true, ct);
            await writer.TimeAsync(fetchedAt + clockOffset, ct);
        }

        await writer.CompleteAsync(ct);
    }

    /// <summary>Stages relations; one may come more than once.</summary>
    public async Task CopyFollowsAsync(IEnumerable<StagedFollow> follows, CancellationToken ct)
    {
        await using var writer = await StageWriter.OpenAsync(connection, MirrorSql.Copy(CustomerTables.Follows), ct);
        foreach (var (userId, externalUserId, follow, fetchedAt) in follows)
        {
            await writer.StartRowAsync(ct);
            await writer.TextAsync(userId, ct);
            await writer.TextAsync(externalUserId, ct);
            await writer.TextAsync(follow.Remark, ct);
            await writer.TextAsync(follow.Description, ct);
            await writer.TimeAsync(follow.FollowedAt, ct);
            await writer.TextAsync(follow.RemarkCorpName, ct);
            await writer.TextsAsync(follow.RemarkMobiles, ct);
            await writer.IntegerAsync(follow.AddWay, ct);
            await writer.TextAsync(follow.OperUserId, ct);
            await writer.TextAsync(follow.State, ct);
            await writer.TextsAsync(follow.SortedTagIds, ct);
            await writer.TextsAsync(follow.PersonalTags, ct);
            await writer.JsonAsync(follow.WechatChannels, ct);
            await writer.TimeAsync(null, ct);
            await writer.BooleanAsync(true, ct);
            await writer.TimeAsync(fetchedAt + clockOffset, ct);
        }

        await writer.CompleteAsync(ct);
    }

    public async Task CopyChatsAsync(IReadOnlyCollection<WeComGroupChat> chats, CancellationToken ct)
    {
        await using (var writer = await StageWriter.OpenAsync(connection, MirrorSql.Copy(CustomerTables.Chats), ct))
        {
            foreach (var chat in chats)
            {
                await writer.StartRowAsync(ct);
                await writer.TextAsync(chat.ChatId, ct);
                await writer.TextAsync(chat.Name, ct);
                await writer.TextAsync(chat.Owner, ct);
                await writer.SmallintAsync(chat.Status, ct);
                await writer.TextAsync(chat.Notice, ct);
                await writer.TextsAsync(
                    chat.Admins is null ? null : [.. chat.Admins.Select(a => a.Userid).OfType<string>().Distinct().Order(StringComparer.Ordinal)], ct);
                await writer.TextAsync(chat.MemberVersion, ct);
                await writer.TimeAsync(WeComTime.Of(chat.CreateTime), ct);
                await writer.TimeAsync(chat.FetchedAt + clockOffset, ct);
            }

            await writer.CompleteAsync(ct);
        }

        await using (var writer = await StageWriter.OpenAsync(connection, MirrorSql.Copy(CustomerTables.ChatMembers), ct))
        {
            foreach (var (chat, member) in chats.SelectMany(c => (c.Members ?? []).Where(m => !string.IsNullOrEmpty(m.UserId))
                .DistinctBy(m => m.UserId).Select(m => (c, m))))
            {
                await writer.StartRowAsync(ct);
                await writer.TextAsync(chat.ChatId, ct);
                await writer.TextAsync(member.UserId, ct);
                await writer.SmallintAsync(member.Type, ct);
                await writer.TextAsync(member.Unionid, ct);
                await writer.TimeAsync(WeComTime.Of(member.JoinTime), ct);
                await writer.SmallintAsync(member.JoinScene, ct);
                await writer.TextAsync(member.Invitor?.Userid, ct);
                await writer.TextAsync(member.GroupNickname, ct);
                await writer.TextAsync(member.Name, ct);
                await writer.TextAsync(member.State, ct);
                await writer.TimeAsync(chat.FetchedAt + clockOffset, ct);
            }

            await writer.CompleteAsync(ct);
        }

        // A chat without a single member is an answer that says nothing about them.
        await connection.ExecuteAsync(
            "INSERT INTO read_chats SELECT DISTINCT unnest($1::text[])",
            [chats.Where(c => c.Members is { Length: > 0 }).Select(c => c.ChatId).ToArray()], ct);
    }
}

/// <summary>A relation to be staged.</summary>
/// <param name="UserId">In the mirror's spelling.</param>
/// <param name="ExternalUserId">The customer.</param>
/// <param name="Follow">What WeCom returned.</param>
/// <param name="FetchedAt">When the request was sent, by this host's clock.</param>
internal readonly record struct StagedFollow(string UserId, string ExternalUserId, WeComFollow Follow, DateTimeOffset FetchedAt);
