using System.Text.RegularExpressions;
using WeComSync.Domain.Runs;
using WeComSync.TestKit;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>概况: how an enterprise stands, in one glance.</summary>
public sealed partial class OverviewPageTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Figures_times_and_what_needs_a_person_are_those_of_this_enterprise_alone()
    {
        await using var worker = await TestWorker.StartAsync(database.ConnectionString, SyncKind.Full);
        var (tenant, other) = (await database.AddTenantAsync("0 30 2 ? * *", "Asia/Shanghai"), await database.AddTenantAsync("0 0 0 29 2 ?"));
        await MirrorAsync(tenant, people: 1203);
        await MirrorAsync(other, people: 7);
        await database.ExecuteAsync("""
            INSERT INTO control.sync_runs (tenant_id, kind, part, trigger, state, phase, owner, fence, started_at, heartbeat_at, finished_at, dry_run,
                expected, read, created, changed, unchanged, removed, restored, renamed, held, failed, api_calls)
            SELECT $1, 'full', 'directory', 'schedule', s, 'done', 'x', 1, at, at, at, false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            FROM (VALUES ('done', timestamptz '2026-11-20 18:30:00Z'), ('failed', timestamptz '2026-11-21 18:30:00Z')) AS r (s, at)
            """, tenant);
        await database.ExecuteAsync("""
            INSERT INTO control.callback_events (tenant_id, channel, digest, received_at, event, state)
            SELECT $1, 'contacts', int8send(n), timestamptz '2026-11-22 01:00:00Z' + n * interval '1 minute', 'change_contact', CASE WHEN n < 3 THEN 'parked' WHEN n = 3 THEN 'failed' ELSE 'applied' END
            FROM generate_series(1, 5) AS n
            """, tenant);
        await database.ExecuteAsync(
            "INSERT INTO control.callback_attempts (tenant_id, channel, outcome, count, last_at) VALUES ($1, 'contacts', 'accepted', 5, $2)",
            tenant, new DateTime(2026, 11, 22, 1, 5, 0, DateTimeKind.Utc));

        var page = await ReadAsync(worker, tenant);

        Assert.Equal("1,201 员工数 40 部门数 1,200 客户数 3 只知账号的员工 0 等待的事件", FiguresOf(page));
        var text = PageText.Of(page);
        Assert.Contains("最近成功 2026-11-21 02:30:00", text, StringComparison.Ordinal);
        // Each enterprise has a second of its own.
        Assert.Matches("下次同步 · 全量 20\\d\\d-\\d\\d-\\d\\d 02:30:[0-5]\\d", text);
        Assert.Contains("最近事件 2026-11-22 09:05:00", text, StringComparison.Ordinal);
        Assert.Contains("最早等待 没有积压", text, StringComparison.Ordinal);
        Assert.Contains("有 1 个回调事件没有处理成功，会自动重试。", text, StringComparison.Ordinal);
        Assert.Contains("有 2 个回调事件多次失败，已搁置；下一次完整同步或同一对象的新事件成功后会自动重试。", text, StringComparison.Ordinal);
        Assert.StartsWith("5 员工数 40 部门数 4 客户数", FiguresOf(await ReadAsync(worker, other)), StringComparison.Ordinal);
    }

    /// <summary>Two people left, one department went, and three customers are out of everybody's sight.</summary>
    private async Task MirrorAsync(long tenant, int people)
    {
        await database.ExecuteAsync("""
            INSERT INTO mirror.users (tenant_id, user_id, name, detail, created_at, changed_at, fetched_at, removed_at)
            SELECT $1, 'p' || n, 'x', CASE WHEN n <= 3 THEN 'id_only' ELSE 'full' END, now(), now(), now(), CASE WHEN n > $2 - 2 THEN now() END FROM generate_series(1, $2) AS n
            """, tenant, people);
        await database.ExecuteAsync("""
            INSERT INTO mirror.departments (tenant_id, id, name, created_at, changed_at, fetched_at, removed_at)
            SELECT $1, n, 'x', now(), now(), now(), CASE WHEN n = 1 THEN now() END FROM generate_series(1, 41) AS n
            """, tenant);
        await database.ExecuteAsync("""
            INSERT INTO mirror.customers (tenant_id, external_user_id, visible, created_at, changed_at, fetched_at)
            SELECT $1, 'wm' || n, n > 3, now(), now(), now() FROM generate_series(1, $2) AS n
            """, tenant, people);
    }

    private async Task<string> ReadAsync(TestWorker worker, long tenant)
    {
        using var browser = worker.Visit();
        using var login = await browser.LogInAsync(email: await database.AddAdministratorAsync(tenant));
        return await browser.GetStringAsync(new Uri($"/e/{await database.KeyAsync(tenant)}", UriKind.Relative), TestContext.Current.CancellationToken);
    }

    private static string FiguresOf(string page) => PageText.Of(Figures().Match(page).Groups[1].Value);

    [GeneratedRegex("<div class=\"figures\">(.*?)</div>", RegexOptions.Singleline)]
    private static partial Regex Figures();
}
