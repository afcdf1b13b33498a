using System.Net;
using Npgsql;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

public sealed class PlatformTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    private const string AppId = "wx0123456789abcdef";

    [Fact]
    public async Task Platform_is_bound_once_and_page_and_database_refuse_every_change()
    {
        var database = served.Database;
        var first = await AddAsync("第一商城");
        var second = await AddAsync("第二商城");
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync();
        const string Page = "/operator/platform";

        // Nothing is saved yet, then the conditions are not met, then the name is wrong.
        using var early = await browser.SubmitAsync(Page, Page + "?handler=Bind", ("enterpriseKey", first.Key), ("confirmation", "第一商城"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, early.StatusCode);
        using var closed = await browser.SubmitAsync(Page, Page, ("name", "商城"), ("kind", "mini_program"), ("appId", AppId));
        Assert.Equal(HttpStatusCode.Found, closed.StatusCode);
        using var unmet = await browser.SubmitAsync(Page, Page + "?handler=Bind", ("enterpriseKey", first.Key), ("confirmation", "第一商城"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unmet.StatusCode);
        using var open = await browser.SubmitAsync(Page, Page, ("name", "商城"), ("kind", "mini_program"), ("appId", AppId), ("onOpenPlatform", "true"));
        using var wrong = await browser.SubmitAsync(Page, Page + "?handler=Bind", ("enterpriseKey", first.Key), ("confirmation", "第二商城"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        Assert.Equal(0, await database.ReadAsync<long>("SELECT count(*) FROM control.platform_bindings"));

        Assert.Contains("尚未见到</span> 企业微信已返回客户的 unionid", await ConditionsAsync(), StringComparison.Ordinal);
        await database.ExecuteAsync(
            "INSERT INTO mirror.customers (tenant_id, external_user_id, unionid, visible, created_at, changed_at, fetched_at) VALUES ($1, 'wm1', 'o1', true, now(), now(), now())", first.Id);
        Assert.Contains("符合</span> 企业微信已返回客户的 unionid", await ConditionsAsync(), StringComparison.Ordinal);
        using var bound = await browser.SubmitAsync(Page, Page + "?handler=Bind", ("enterpriseKey", first.Key), ("confirmation", "第一商城"));
        Assert.Equal(HttpStatusCode.Found, bound.StatusCode);
        Assert.Equal(first.Id, await database.ReadAsync<long>("SELECT tenant_id FROM control.platform_bindings"));

        using var again = await browser.SubmitAsync(Page, Page + "?handler=Bind", ("enterpriseKey", second.Key), ("confirmation", "第二商城"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, again.StatusCode);
        string[] attempts =
        [
            $"UPDATE control.platform_bindings SET tenant_id = {second.Id}",
            "UPDATE control.platform_bindings SET bound_by = 'nobody'",
            "DELETE FROM control.platform_bindings",
            "TRUNCATE control.platform_bindings",
            "DELETE FROM control.platforms",
            $"DELETE FROM control.tenants WHERE id = {first.Id}",
            $"INSERT INTO control.platform_bindings (tenant_id, platform_id, bound_at, bound_by) VALUES ({second.Id}, 1, now(), 'x')",
            $"INSERT INTO control.platform_bindings (tenant_id, platform_id, bound_at, bound_by) VALUES ({second.Id}, 2, now(), 'x')",
        ];
        foreach (var attempt in attempts)
        {
            await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync(attempt));
        }

        Assert.Equal(first.Id, await database.ReadAsync<long>("SELECT tenant_id FROM control.platform_bindings"));
        Assert.Equal(1, await database.ReadAsync<long>("SELECT count(*) FROM control.audit WHERE action = 'platform_bound'"));

        async Task<string> ConditionsAsync() =>
            WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"{Page}?choose={first.Key}", UriKind.Relative), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Audit_log_cannot_be_changed()
    {
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync();
        foreach (var attempt in new[] { "UPDATE control.audit SET who = 'nobody'", "DELETE FROM control.audit", "TRUNCATE control.audit" })
        {
            await Assert.ThrowsAsync<PostgresException>(() => served.Database.ExecuteAsync(attempt));
        }
    }

    private async Task<(long Id, string Key)> AddAsync(string name)
    {
        var id = await served.Database.AddTenantAsync("0 0 0 29 2 ?");
        await served.Database.ExecuteAsync("UPDATE control.tenants SET name = $2, we_chat_app_id = $3 WHERE id = $1", id, name, AppId);
        return (id, await served.Database.KeyAsync(id));
    }
}
