using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Tests.Serve;
using WeComSync.Worker.Tests.WebConsole.Writing;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>恢复: pressing it again and again shows WeCom no wrong secret twice, and the page says what to do instead.</summary>
public sealed class ResumePageTests(ConnectedCompany company) : IClassFixture<ConnectedCompany>
{
    private const string StillRefused = "现在保存的 AgentSecret 已被企业微信拒绝";

    [Fact]
    public async Task Resuming_with_the_secret_that_was_just_refused_asks_WeCom_nothing_and_another_secret_goes_on_at_once()
    {
        using var visit = await StoppedAsync(corp => corp.App.ResetSecret());
        var asked = company.Simulator.Calls.Count(visit.Corp.Id, "gettoken");
        Assert.Contains(StillRefused, await visit.ReadAsync(""), StringComparison.Ordinal);

        for (var press = 1; press <= 5; press++)
        {
            var answer = await visit.PressAsync("", "?handler=Resume");
            Assert.Equal(422, answer.Status);
            Assert.Contains("还不能恢复：刚被企业微信拒绝的 Secret 没有更改。", answer.Html, StringComparison.Ordinal);
            Assert.Contains("wecom#app-secret", answer.Html, StringComparison.Ordinal);
            Assert.Equal(RunState.Stopped, await RunAsync(visit));
        }

        Assert.Equal(asked, company.Simulator.Calls.Count(visit.Corp.Id, "gettoken"));
        Assert.Equal("stopped", await StateAsync(visit));

        var saved = await visit.SendAsync("wecom", ("app.secret", visit.Corp.App.Secret));
        Assert.True(saved.Status == 302, saved.Html);
        Assert.Equal("active", await StateAsync(visit));
        Assert.Equal(RunState.Done, await RunAsync(visit));
    }

    [Fact]
    public async Task What_was_mended_in_WeCom_is_tried_when_the_pause_is_over()
    {
        using var visit = await StoppedAsync(corp => corp.App.IsEnabled = false);
        visit.Corp.App.IsEnabled = true;

        Assert.Equal(422, (await visit.PressAsync("", "?handler=Resume")).Status);
        await company.Database.ExecuteAsync("UPDATE control.token_refusals SET refused_at = refused_at - interval '31 seconds' WHERE tenant_id = $1", visit.Tenant.Id);

        Assert.DoesNotContain(StillRefused, await visit.ReadAsync(""), StringComparison.Ordinal);
        Assert.Equal(302, (await visit.PressAsync("", "?handler=Resume")).Status);
        Assert.Equal("active", await StateAsync(visit));
        Assert.Equal(RunState.Done, await RunAsync(visit));
    }

    /// <summary>An enterprise whose application WeCom does not know any more with the secret that is saved here.</summary>
    private async Task<Visit> StoppedAsync(Action<Corp> happens)
    {
        var visit = await company.VisitAsync(new CorpOptions { People = 4, Departments = 2, Seed = 11, CorpId = $"ww{Guid.NewGuid():N}"[..18] }, mirrored: false);
        happens(visit.Corp);
        Assert.Equal(RunState.Stopped, await RunAsync(visit));
        return visit;
    }

    private async Task<RunState> RunAsync(Visit visit)
    {
        var request = new SyncRequest { Trigger = SyncTrigger.Command };
        return (await company.Worker.Services.GetRequiredService<SyncRunner>().RunAsync(visit.Tenant.Id, SyncKind.Full, request, TestContext.Current.CancellationToken)).State;
    }

    private static Task<string> StateAsync(Visit visit) => visit.SqlAsync<string>("SELECT state FROM control.tenants WHERE id = $1");
}
