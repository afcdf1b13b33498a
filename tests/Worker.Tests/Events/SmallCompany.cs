using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;

namespace WeComSync.Worker.Tests.Events;

/// <summary>A company of six departments and three people, and short questions about its mirror.</summary>
internal static class SmallCompany
{
    public static readonly CorpOptions Options = new() { People = 0, Departments = 1, Seed = 21, AppIsNew = false };

    public static async Task<SyncHarness> StartAsync(TestDatabase database, CorpOptions? company = null, bool app = true)
    {
        var harness = await SyncHarness.StartAsync(database, company ?? Options, app: app);
        foreach (var id in Enumerable.Range(2, 5))
        {
            harness.World.AddDepartment($"部门{id}", id: id);
        }

        const long First = 2;
        harness.World.Hire("anna", "安娜", First);
        harness.World.Hire("bert", "伯特", First);
        harness.World.Hire(new Person { UserId = "wx0001", Name = "卡拉", HasGeneratedUserId = true, Memberships = [new Membership(First)] });
        return harness;
    }

    /// <summary><c>full</c>, <c>id_only</c>, <c>removed</c> or <c>none</c>.</summary>
    public static Task<string> UserStateAsync(this SyncHarness harness, string userId) => harness.ScalarAsync<string>(
        "SELECT COALESCE((SELECT CASE WHEN removed_at IS NULL THEN detail ELSE 'removed' END FROM mirror.users WHERE tenant_id = $1 AND user_id = $2), 'none')",
        userId);

    public static Task<Guid> RefAsync(this SyncHarness harness, string userId) =>
        harness.ScalarAsync<Guid>("SELECT ref FROM mirror.users WHERE tenant_id = $1 AND user_id = $2 AND removed_at IS NULL", userId);

    public static Task<string> DepartmentsAsync(this SyncHarness harness, string userId) => harness.ScalarAsync<string>("""
        SELECT COALESCE(string_agg(department_id::text, ',' ORDER BY department_id), '') FROM mirror.user_departments
        WHERE tenant_id = $1 AND user_id = $2 AND removed_at IS NULL
        """, userId);
}
