using System.Globalization;
using Npgsql;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;
using Xunit;

namespace WeComSync.TestKit;

/// <summary>Compares a tenant's mirrored directory with the simulated company, row by row.</summary>
public static class MirrorTruth
{
    /// <summary>Fails, naming the first differing rows, unless the live mirror says exactly what the company's administrator sees.</summary>
    /// <param name="dataSource">The mirror's database.</param>
    /// <param name="tenantId">Whose mirror.</param>
    /// <param name="corp">The truth.</param>
    /// <param name="ct">Stops the test.</param>
    /// <param name="personal">Whether mobile, e-mail and the like are granted and so compared.</param>
    public static async Task AssertEqualAsync(
        NpgsqlDataSource dataSource, long tenantId, Corp corp, CancellationToken ct, bool personal = false)
    {
        var world = corp.World;
        await SameAsync("departments", world.Departments.Select(DepartmentRow), """
            SELECT concat_ws('|', id, parent_id, name, coalesce(name_en, ''), sort_order, array_to_string(ARRAY(SELECT unnest(leaders) ORDER BY 1), ','))
            FROM mirror.departments WHERE tenant_id = $1 AND removed_at IS NULL
            """);
        await SameAsync("users", world.People.Select(p => PersonRow(p, personal)), $"""
            SELECT concat_ws('|', user_id, name, coalesce(alias, ''), coalesce(position, ''), coalesce(telephone, ''), status,
                   coalesce(array_to_string(direct_leaders, ','), ''), coalesce(external_position, '')
                   {(personal ? ", mobile, email, gender" : "")})
            FROM mirror.users WHERE tenant_id = $1 AND removed_at IS NULL
            """);
        await SameAsync("memberships", world.People.SelectMany(p => p.Memberships.Select(m =>
            Join(p.UserId, m.DepartmentId, m.Order, m.IsLeader ? "t" : "f"))), """
            SELECT concat_ws('|', user_id, department_id, sort_order, is_leader)
            FROM mirror.user_departments WHERE tenant_id = $1 AND removed_at IS NULL
            """);
        await SameAsync("tags", world.Tags.SelectMany(t =>
            t.Users.Select(u => Join(t.Id, t.Name, u)).Concat(t.Departments.Select(d => Join(t.Id, t.Name, d))).Append(Join(t.Id, t.Name))), """
            SELECT concat_ws('|', tag_id, name) FROM mirror.contact_tags WHERE tenant_id = $1 AND removed_at IS NULL
            UNION ALL
            SELECT concat_ws('|', t.tag_id, t.name, u.user_id) FROM mirror.contact_tags t JOIN mirror.contact_tag_users u USING (tenant_id, tag_id)
            WHERE tenant_id = $1 AND u.removed_at IS NULL
            UNION ALL
            SELECT concat_ws('|', t.tag_id, t.name, d.department_id)
            FROM mirror.contact_tags t JOIN mirror.contact_tag_departments d USING (tenant_id, tag_id)
            WHERE tenant_id = $1 AND d.removed_at IS NULL
            """);

        async Task SameAsync(string what, IEnumerable<string> truth, string sql)
        {
            await using var command = dataSource.CreateCommand(sql);
            command.Parameters.AddWithValue(tenantId);
            var mirror = new List<string>();
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                mirror.Add(reader.GetString(0));
            }

            var expected = truth.ToHashSet();
            Assert.True(
                expected.SetEquals(mirror) && mirror.Count == expected.Count,
                $"{what} differ: {mirror.Count} mirrored, {expected.Count} true.\nmissing: {string.Join("\n         ", expected.Except(mirror).Take(5))}"
                + $"\nwrong:   {string.Join("\n         ", mirror.Except(expected).Take(5))}");
        }

        string DepartmentRow(Department d) => Join(
            d.Id, d.ParentId, d.Name, d.NameEn, d.Order,
            string.Join(',', world.PeopleOf(d.Id).Where(p => p.Memberships.Any(m => m.DepartmentId == d.Id && m.IsLeader)).Select(p => p.UserId).Order(StringComparer.Ordinal)));
    }

    private static string PersonRow(Person p, bool personal) => Join(
        [p.UserId, p.Name, p.Alias, p.Position, p.Telephone, p.Status, string.Join(',', p.DirectLeaders), p.ExternalPosition,
            .. personal ? [p.Mobile, p.Email, p.Gender] : Array.Empty<object>()]);

    private static string Join(params object[] values) =>
        string.Join('|', values.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)));
}
