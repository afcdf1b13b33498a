using System.Globalization;
using Npgsql;
using WeComSync.Simulator.Customers;
using Xunit;

namespace WeComSync.TestKit;

/// <summary>Compares a tenant's mirrored customers with the simulated company, row by row.</summary>
internal static class CustomerTruth
{
    /// <summary>Fails, naming the first differing rows, unless the live mirror says what WeCom's interface would tell of everybody.</summary>
    public static async Task AssertCustomersAreTrueAsync(this SyncHarness harness, bool personalTags = false)
    {
        var world = harness.Corp.Customers;
        var relations = world.Relations.ToList();
        var live = world.TagGroups.SelectMany(g => g.Tags).Select(t => t.Id).ToHashSet(StringComparer.Ordinal);
        var followed = relations.Select(r => r.ExternalUserId).Distinct(StringComparer.Ordinal).ToList();
        await SameAsync(harness, "customers", followed.Select(id => CustomerRow(world, world.Find(id)!)), """
            SELECT concat_ws('|', external_user_id, name, type, gender, coalesce(avatar, ''), coalesce(unionid, ''), coalesce(position, ''), coalesce(corp_name, ''))
            FROM mirror.customers WHERE tenant_id = $1 AND removed_at IS NULL AND visible
            """);
        await SameAsync(harness, "follows", relations.Select(r => FollowRow(r, live, personalTags)), $"""
            SELECT concat_ws('|', user_id, external_user_id, remark, description, extract(epoch FROM followed_at)::bigint, remark_corp_name,
                array_to_string(remark_mobiles, ','), add_way, coalesce(oper_user_id, ''), coalesce(state, ''), array_to_string(tag_ids, ',')
                {(personalTags ? ", array_to_string(personal_tags, ',')" : "")})
            FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NULL
            """);
        await harness.AssertTagsAreTrueAsync();
        await harness.AssertChatsAreTrueAsync();
    }

    public static Task AssertTagsAreTrueAsync(this SyncHarness harness)
    {
        var groups = harness.Corp.Customers.TagGroups.Where(g => !g.IsRule).ToList();
        return SameAsync(harness, "tags", groups.Select(g => Join(g.Id, g.Name, g.Order))
            .Concat(groups.SelectMany(g => g.Tags.Select(t => Join(t.Id, g.Id, t.Name, t.Order)))), """
            SELECT concat_ws('|', group_id, name, sort_order) FROM mirror.corp_tag_groups WHERE tenant_id = $1 AND removed_at IS NULL
            UNION ALL
            SELECT concat_ws('|', tag_id, group_id, name, sort_order) FROM mirror.corp_tags WHERE tenant_id = $1 AND removed_at IS NULL AND type = 1
            """);
    }

    public static Task AssertChatsAreTrueAsync(this SyncHarness harness)
    {
        var chats = harness.Corp.Customers.Chats.ToList();
        return SameAsync(harness, "chats", chats
            .Select(c => Join(c.ChatId, c.Name, c.OwnerUserId, c.Notice, c.MemberVersion, string.Join(',', c.Admins.Order(StringComparer.Ordinal))))
            .Concat(chats.SelectMany(c => c.Members.Select(m => Join(c.ChatId, m.Id, m.Type, m.JoinTime, m.JoinScene, m.Nickname, m.InvitorUserId ?? "")))), """
            SELECT concat_ws('|', chat_id, name, owner_user_id, notice, member_version, array_to_string(admin_user_ids, ','))
            FROM mirror.group_chats WHERE tenant_id = $1 AND removed_at IS NULL
            UNION ALL
            SELECT concat_ws('|', chat_id, member_id, type, extract(epoch FROM joined_at)::bigint, join_scene, group_nickname, coalesce(invitor_user_id, ''))
            FROM mirror.group_chat_members WHERE tenant_id = $1 AND removed_at IS NULL
            """);
    }

    private static string CustomerRow(CustomerWorld world, Customer c) => Join(
        c.ExternalUserId, c.Name, c.Type, c.Gender, c.Avatar ?? "", world.UnionIdOf(c) ?? "", c.IsWeCom ? c.Position ?? "" : "", c.IsWeCom ? c.CorpName : "");

    private static string FollowRow(Relation r, HashSet<string> live, bool personalTags) => Join(
        [
            r.UserId, r.ExternalUserId, r.Follow.Remark, r.Follow.Description, r.Follow.CreateTime, r.Follow.RemarkCorpName,
            string.Join(',', r.Follow.RemarkMobiles), r.Follow.AddWay, r.Follow.OperUserId ?? "", r.Follow.State ?? "",
            string.Join(',', r.Follow.TagIds.Where(live.Contains).Distinct().Order(StringComparer.Ordinal)),
            .. personalTags ? [string.Join(',', r.Follow.PersonalTags.Select(t => t.Name).Distinct().Order(StringComparer.Ordinal))] : Array.Empty<object>(),
        ]);

    private static async Task SameAsync(SyncHarness harness, string what, IEnumerable<string> truth, string sql)
    {
        await using var command = harness.Database.DataSource.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = harness.Tenant.Id });
        var mirror = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken))
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                mirror.Add(reader.GetString(0));
            }
        }

        var expected = truth.ToHashSet();
        Assert.True(
            expected.SetEquals(mirror) && mirror.Count == expected.Count,
            $"{what} differ: {mirror.Count} mirrored, {expected.Count} true.\nmissing: {string.Join("\n         ", expected.Except(mirror).Take(5))}"
            + $"\nwrong:   {string.Join("\n         ", mirror.Except(expected).Take(5))}");
    }

    private static string Join(params object[] values) =>
        string.Join('|', values.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)));
}
