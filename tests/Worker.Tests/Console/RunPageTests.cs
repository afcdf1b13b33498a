using System.Net;
using System.Text.RegularExpressions;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Tests.Serve;
using WeComSync.Worker.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>What pages say about runs: in the visitor's language why they failed, and what became of one that was asked for.</summary>
public sealed partial class RunPageTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Why_a_run_failed_and_what_to_do_stand_on_each_page_in_the_visitors_language_with_WeComs_words_beside()
    {
        var tenant = await served.Database.AddTenantAsync("0 0 0 29 2 ?");
        var refused = WeComErrors.From("user/list_id", 60020, "not allow to access from your ip, from ip: 203.0.113.9", null);
        var run = await AddRunAsync(tenant, "stopped", "command", refused.Message, refused.Action);
        await served.Database.ExecuteAsync(
            "INSERT INTO control.sync_errors (tenant_id, run_id, entity, key, code, message, at) VALUES ($1, $2, 'user', 'zhang', 60111, $3, now())",
            tenant, run, WeComErrors.From("user/get", 60111, "userid not found", null).Message);
        await served.Database.ExecuteAsync(
            "UPDATE control.tenants SET state = 'stopped', stopped_at = now(), stopped_code = 60020, stopped_reason = $2, stopped_action = $3 WHERE id = $1",
            tenant, refused.Message, refused.Action);

        foreach (var page in new[] { "", "/sync", $"/runs/{run}" })
        {
            var (chinese, english) = (await ReadAsync(tenant, page, "zh-CN"), await ReadAsync(tenant, page, "en"));
            Assert.Contains("企业微信拒绝本服务器（60020）：出口 IP 203.0.113.9 不在企业可信IP中。", chinese, StringComparison.Ordinal);
            Assert.Contains("企业可信IP → 配置，加入 203.0.113.9", chinese, StringComparison.Ordinal);
            Assert.Contains("it calls from 203.0.113.9, which is not among the trusted IPs", english, StringComparison.Ordinal);
            Assert.All([chinese, english], html =>
            {
                Assert.Contains("""<small class="faint" lang="en">user/list_id 60020: not allow to access from your ip</small>""", html, StringComparison.Ordinal);
                Assert.DoesNotContain("press Resume", html, StringComparison.Ordinal);
            });
        }

        var rows = await ReadAsync(tenant, $"/runs/{run}", "zh-CN");
        Assert.Contains("user/get 找不到该成员（60111）", rows, StringComparison.Ordinal);
        Assert.Contains("user/get 60111: userid not found", rows, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asked_sync_that_another_run_keeps_from_beginning_is_said_to_wait_and_then_is_shown()
    {
        var tenant = await served.Database.AddTenantAsync("0 0 0 29 2 ?");
        var other = await AddRunAsync(tenant, "running", "schedule");
        var asked = $"/sync?asked={other}.{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}";

        var waits = await ReadAsync(tenant, asked, "zh-CN");
        Assert.Contains("正在进行另一次同步，它结束后会自动开始您要求的同步", waits, StringComparison.Ordinal);
        Assert.Matches(Live(), waits);

        await served.Database.ExecuteAsync("UPDATE control.sync_runs SET state = 'done', finished_at = now() WHERE id = $1", other);
        var next = await ReadAsync(tenant, asked, "zh-CN");
        Assert.Contains("已加入队列，马上开始", next, StringComparison.Ordinal);
        Assert.Matches(Live(), next);

        var own = await AddRunAsync(tenant, "done", "console");
        var ended = await ReadAsync(tenant, asked, "zh-CN");
        Assert.Contains($"/runs/{own}\"", ended, StringComparison.Ordinal);
        Assert.DoesNotContain("已加入队列", ended, StringComparison.Ordinal);
        Assert.DoesNotMatch(Live(), ended);
    }

    [Theory]
    [InlineData(11, null, "在 10 分钟内没有开始，已不再等待")]
    [InlineData(0, "enabled", "运维人员已停用该企业，不能同步")]
    [InlineData(0, "switched_on", "企业未开启")]
    public async Task Asked_sync_that_never_begins_is_not_waited_for_for_ever_and_the_page_says_why(int minutes, string? off, string why)
    {
        var tenant = await served.Database.AddTenantAsync("0 0 0 29 2 ?");
        if (off is not null)
        {
            await served.Database.ExecuteAsync($"UPDATE control.tenants SET {off} = false WHERE id = $1", tenant);
        }

        var page = await ReadAsync(tenant, $"/sync?asked=0.{DateTimeOffset.UtcNow.AddMinutes(-minutes).ToUnixTimeMilliseconds()}", "zh-CN");

        Assert.Contains(why, page, StringComparison.Ordinal);
        Assert.DoesNotContain("已加入队列", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(Live(), page);
    }

    [Fact]
    public async Task Sync_under_way_says_how_much_is_read_and_how_long_it_will_take()
    {
        var tenant = await served.Database.AddTenantAsync("0 0 0 29 2 ?");
        var run = await AddRunAsync(tenant, "running", "console");
        await served.Database.ExecuteAsync(
            "UPDATE control.sync_runs SET phase = 'details', expected = 2000, read = 1000, api_calls = 17, started_at = now() - interval '100 s' WHERE id = $1", run);

        var page = await ReadAsync(tenant, "/sync", "zh-CN");
        Assert.Contains("已读 1,000 / 约 2,000", page, StringComparison.Ordinal);
        // As long again as it took so far.
        Assert.Matches("约剩 1[01]\\d 秒", page);
    }

    private async Task<string> ReadAsync(long tenant, string page, string language)
    {
        using var browser = served.Worker.Visit();
        browser.DefaultRequestHeaders.Add("Accept-Language", language);
        using var login = await browser.LogInAsync();
        return WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/e/{await served.Database.KeyAsync(tenant)}{page}", UriKind.Relative), Cancel));
    }

    private Task<long> AddRunAsync(long tenant, string state, string trigger, string? error = null, string? action = null) => served.Database.ReadAsync<long>(
        """
        INSERT INTO control.sync_runs (tenant_id, kind, part, trigger, state, phase, owner, fence, started_at, heartbeat_at, finished_at, dry_run,
            expected, read, created, changed, unchanged, removed, restored, renamed, held, failed, api_calls, error, action)
        VALUES ($1, 'full', 'directory', $3, $2, 'ids', $6, 1, now(), now(), CASE WHEN $2 <> 'running' THEN now() END, false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, nullif($4, ''), nullif($5, ''))
        RETURNING id
        """,
        tenant, state, trigger, error ?? "", action ?? "", SyncRuns.Owner);

    [GeneratedRegex("<section aria-live=\"polite\" data-live=\"[^\"]")]
    private static partial Regex Live();
}
