using System.Net;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Tests.WebConsole.Writing;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>The operator's switch and the administrators': an enterprise works while both are on, and nobody moves the other's.</summary>
public sealed class SwitchTests(ConnectedCompany company) : IClassFixture<ConnectedCompany>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Each_moves_the_own_switch_alone_and_every_page_says_whose_is_off(bool operators, bool administrators)
    {
        using var visit = await company.VisitAsync(mirrored: false);
        // Each takes the other position first, so that the last thing that either does is to set the own switch.
        await SetOperatorsAsync(visit, !operators);
        await SetAdministratorsAsync(visit, !administrators);
        await SetOperatorsAsync(visit, operators);
        await SetAdministratorsAsync(visit, administrators);

        Assert.Equal($"{operators} {administrators}", await visit.SqlAsync<string>("""
            SELECT initcap(enabled::text) || ' ' || initcap(switched_on::text) FROM control.tenants WHERE id = $1
            """));
        var schedule = await company.Worker.Services.GetRequiredService<TenantSchedules>().FindAsync(visit.Tenant.Id, SyncKind.Full, Cancel);
        Assert.Equal(operators && administrators, schedule is not null);

        var refusal = !operators ? "运维人员已停用该企业，不能同步" : !administrators ? "企业未开启：请在" : null;
        var started = await visit.PressAsync("sync", "sync?handler=Start");
        Assert.Equal(refusal is null ? 302 : 422, started.Status);
        Assert.Contains(refusal ?? "", started.Html, StringComparison.Ordinal);

        var overview = await visit.ReadAsync("");
        Assert.Equal(!operators, overview.Contains("运维人员已停用该企业", StringComparison.Ordinal));
        Assert.Contains(!operators ? "已停用" : !administrators ? "未开启" : "正常", overview, StringComparison.Ordinal);
        var settings = await visit.ReadAsync("wecom");
        Assert.Equal(!operators, settings.Contains("运维人员已停用该企业", StringComparison.Ordinal));

        using var @operator = company.Worker.Visit();
        using var login = await @operator.LogInAsync();
        var state = !operators ? "disabled" : !administrators ? "switched_off" : "active";
        foreach (var filter in new[] { "active", "disabled", "switched_off" })
        {
            var list = await @operator.GetStringAsync(new Uri($"/operator/enterprises?q={visit.Tenant.Key}&state={filter}", UriKind.Relative), Cancel);
            Assert.Equal(filter == state, list.Contains($"/e/{visit.Tenant.Key}\"", StringComparison.Ordinal));
            if (filter == state)
            {
                Assert.Contains($"name=\"on\" value=\"{(operators ? "false" : "true")}\"", list, StringComparison.Ordinal);
            }
        }
    }

    private async Task SetOperatorsAsync(Visit visit, bool on)
    {
        using var @operator = company.Worker.Visit();
        using var login = await @operator.LogInAsync();
        var page = $"/operator/enterprise?key={visit.Tenant.Key}";
        using var answer = await @operator.SubmitAsync(page, $"{page}&handler=Enable", ("on", on ? "true" : "false"));
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
    }

    private static async Task SetAdministratorsAsync(Visit visit, bool on) =>
        Assert.Equal(302, (await visit.SendAsync("wecom", ("enabled", on ? "true" : ""))).Status);
}
