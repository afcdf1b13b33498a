using Microsoft.Playwright;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using WeComSync.Worker.Events;
using Xunit;
using Department = WeComSync.Simulator.Worlds.Department;

namespace WeComSync.Browser.Tests;

/// <summary>What an administrator does on an ordinary day: ends a sync, lets an event be worked on again, looks somebody up.</summary>
public sealed class DailyTests(Stage stage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sync_under_way_is_cancelled_from_its_page_and_told_as_cancelled_without_a_reload()
    {
        var (corp, tenant) = await CompanyAsync();
        stage.Simulator.Faults.Always(corp, Fault.Hang(), "user/list_id");
        await using var admin = await Visitor.ComeAsync(stage);
        await admin.LogInAsync();
        await admin.OpenAsync($"/e/{tenant.Key}/sync");
        await admin.Page.ClickAsync("text=开始同步");
        await admin.Expect("section[data-live] .state").ToHaveTextAsync("进行中");

        await admin.Page.ClickAsync("section[data-live] button:has-text('取消')");

        await admin.Expect(".notice.good").ToContainTextAsync("正在取消");
        await admin.Expect("section[data-live] .state").ToHaveTextAsync("已取消");
        await Assertions.Expect(admin.Page.Locator("section[data-live] button")).ToHaveCountAsync(0);
        Assert.Equal("cancelled", await stage.ReadAsync<string>("SELECT state FROM control.sync_runs WHERE tenant_id = $1", tenant.Id));
        Assert.Equal(0, await stage.ReadAsync<long>("SELECT count(*) FROM mirror.users WHERE tenant_id = $1", tenant.Id));
        await admin.Page.ClickAsync("nav >> text=同步记录");
        await admin.Expect("tbody tr .state").ToHaveTextAsync("已取消");
        await admin.Page.ClickAsync("nav >> text=操作记录");
        await admin.Expect("tbody tr:has-text('取消同步')").ToBeVisibleAsync();
    }

    [Fact]
    public async Task Parked_event_is_replayed_from_its_page_and_its_change_appears()
    {
        const string Token = "TokenOfTheDay";
        const string AesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
        var (corp, tenant) = await CompanyAsync();
        await TestTenants.SetCallbackAsync(stage.Database, tenant, Channel.Contacts, Token, AesKey, Cancel);
        await Stage.SaveUrlAsync(corp, new CallbackTarget($"{stage.CallbackAddress}/callbacks/{tenant.CallbackKey}/contacts", Token, AesKey));
        stage.Simulator.Faults.Always(corp, Fault.ErrCode(40058), "user/get");
        corp.World.Hire("latecomer", "赵迟到", Department.RootId);
        await Eventually.TrueAsync("the event was tried twice", async () => await stage.ReadAsync<long>(
            "SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND state = 'failed' AND tries = 2 AND claimed_by IS NULL", tenant.Id) == 1);
        // The other tries would take more than an hour: it is parked as after the last of them, when no job is left.
        await Eventually.TrueAsync("the third try waits", async () => await stage.ReadAsync<long>("""
            WITH waiting AS (
                DELETE FROM hangfire.set WHERE key = 'schedule' AND regexp_replace(value, '^.*:', '') IN (
                    SELECT id::text FROM hangfire.job WHERE invocationdata->>'Type' LIKE '%IEventJob%' AND arguments->>0 = $1::bigint::text)
                RETURNING value)
            SELECT count(*) FROM waiting
            """, tenant.Id) == 1);
        await stage.ExecuteAsync(
            "UPDATE control.callback_events SET state = 'parked', tries = 6, parked_by = $2 WHERE tenant_id = $1", tenant.Id, ParkedEvents.Release);
        stage.Simulator.Faults.Clear(corp);
        await using var admin = await Visitor.ComeAsync(stage);
        await admin.LogInAsync();
        await admin.OpenAsync($"/e/{tenant.Key}");
        await admin.Page.ClickAsync("text=有 1 个回调事件多次失败，已搁置 >> a");
        var row = "tbody tr:has-text('latecomer')";
        await admin.Expect($"{row} .state").ToHaveTextAsync("已搁置");

        await admin.Page.ClickAsync($"{row} >> text=重放");

        await admin.Expect(".notice.good").ToContainTextAsync("已重新排队");
        await Eventually.TrueAsync("the newcomer is on the page", async () =>
        {
            await admin.OpenAsync($"/e/{tenant.Key}/employees?q=latecomer");
            return await admin.Page.Locator("tbody >> text=赵迟到").CountAsync() == 1;
        });
        await admin.OpenAsync($"/e/{tenant.Key}/events");
        await admin.Expect($"{row} .state").ToHaveTextAsync("已应用");
        await Assertions.Expect(admin.Page.Locator($"{row} button")).ToHaveCountAsync(0);
        await admin.OpenAsync($"/e/{tenant.Key}");
        await Assertions.Expect(admin.Page.Locator("text=个回调事件")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Employees_page_says_which_fields_are_not_granted_and_leads_to_the_sync_that_changed_him()
    {
        var scene = await stage.SceneAsync();
        await using var admin = await Visitor.ComeAsync(stage);
        await admin.LogInAsync();
        await admin.OpenAsync(scene.RenamedEmployee);

        await admin.Expect("dt:text-is('手机') + dd").ToHaveTextAsync("应用的 Secret 无权读取");
        await admin.Expect("dt:text-is('名称') + dd").ToHaveTextAsync("改了名");
        await admin.Page.ClickAsync("article:has(h2:text-is('变更历史')) li:has-text('改了名') a");
        await admin.Expect("h1").ToContainTextAsync("同步");
        await admin.Expect("table tr:has-text('改了名')").ToContainTextAsync("变更");
    }

    private async Task<(Corp Corp, Tenant Tenant)> CompanyAsync()
    {
        var corp = stage.Simulator.AddCorp(new CorpOptions { Name = "日常有限公司", People = 6, Departments = 3, Tags = 1, Seed = Random.Shared.Next(1000, 1_000_000) });
        var tenant = await TestTenants.AddAsync(stage.Database, corp, Cancel);
        await stage.NeverByScheduleAsync(tenant.Key);
        return (corp, tenant);
    }
}
