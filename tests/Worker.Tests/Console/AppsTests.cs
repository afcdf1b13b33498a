using System.Net;
using WeComSync.Worker.Tests.WebConsole.Writing;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

public sealed class AppsTests(ConnectedCompany company) : IClassFixture<ConnectedCompany>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Administrator_switches_what_an_operator_has_given_and_syncs_rest_meanwhile()
    {
        using var visit = await company.VisitAsync();
        Assert.Equal(302, (await visit.PressAsync("apps", "apps?handler=Switch", ("app", "Contacts"), ("on", "false"))).Status);
        Assert.Contains("已关闭", await visit.ReadAsync("apps"), StringComparison.Ordinal);
        Assert.Contains("应用“通讯录同步”已关闭，不能同步。", (await visit.PressAsync("sync", "sync?handler=Start")).Html, StringComparison.Ordinal);
        Assert.Contains("已暂停", await visit.ReadAsync(""), StringComparison.Ordinal);

        using var @operator = company.Worker.Visit();
        using var login = await @operator.LogInAsync();
        using var taken = await @operator.SubmitAsync($"/operator/enterprise?key={visit.Tenant.Key}", $"/operator/enterprise?key={visit.Tenant.Key}&handler=Apps", ("app", "Archive"));
        Assert.Equal(HttpStatusCode.Found, taken.StatusCode);
        Assert.Equal(422, (await visit.PressAsync("apps", "apps?handler=Switch", ("app", "Contacts"), ("on", "true"))).Status);
        Assert.Contains("运维人员没有为企业开通这个应用", await visit.ReadAsync("apps"), StringComparison.Ordinal);
        Assert.Equal("app_off contacts | apps_changed archive",
            await visit.SqlAsync<string>("SELECT string_agg(action || ' ' || detail, ' | ' ORDER BY id) FROM control.audit WHERE tenant_id = $1 AND action LIKE 'app%'"));
    }

    [Fact]
    public async Task Application_of_WeCom_tells_its_name_range_and_domain()
    {
        using var visit = await company.VisitAsync();
        visit.Corp.App.DisplayName = "<b>镜像</b>";
        var html = (await visit.PressAsync("apps", "apps?handler=Ask")).Html;
        Assert.Contains("<bdi><b>镜像</b></bdi>", html, StringComparison.Ordinal); // decoded by the test: it was text
        Assert.Contains("1 个部门、0 名成员、0 个标签", html, StringComparison.Ordinal);
        Assert.Contains("可信域名", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_enterprises_get_the_default_apps_and_an_operator_renames_and_disables_from_the_list()
    {
        using var @operator = company.Worker.Visit();
        using var login = await @operator.LogInAsync();
        using var saved = await @operator.SubmitAsync("/operator/enterprise", "/operator/enterprise?handler=Apps", ("app", "Contacts"), ("app", "Customers"));
        var key = $"new-{Guid.NewGuid():N}";
        using var added = await @operator.SubmitAsync("/operator/enterprises/new", "/operator/enterprises/new", ("name", "新企业"), ("key", key), ("corpId", "ww0123456789abcdef"));
        Assert.Equal(HttpStatusCode.Found, added.StatusCode);
        Assert.Equal("archive, sidebar", await company.Database.ReadAsync<string>("""
            SELECT string_agg(a.app, ', ' ORDER BY a.app) FROM control.tenant_apps a JOIN control.tenants t ON t.id = a.tenant_id WHERE t.key = $1 AND NOT a.granted
            """, key));

        using var renamed = await @operator.SubmitAsync($"/operator/enterprise?key={key}", $"/operator/enterprise?key={key}&handler=Rename", ("name", "改过的名字"));
        using var disabled = await @operator.SubmitAsync($"/operator/enterprise?key={key}", $"/operator/enterprise?key={key}&handler=Enable", ("on", "false"));
        var list = WebUtility.HtmlDecode(await @operator.GetStringAsync(new Uri($"/operator/enterprises?q={key}", UriKind.Relative), Cancel));
        Assert.Contains("改过的名字", list, StringComparison.Ordinal);
        Assert.Contains("已停用", list, StringComparison.Ordinal);
        Assert.False(await company.Database.ReadAsync<bool>("SELECT enabled FROM control.tenants WHERE key = $1", key));
    }
}
