using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Notifications;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.Worker.Notifications;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Tests.Serve;
using WeComSync.Worker.Tests.WebConsole.Writing;
using Xunit;

namespace WeComSync.Worker.Tests.Schedules;

/// <summary>Calls that leave from one of several addresses, of which not all are trusted, are refused now and then: that needs no person at once.</summary>
public sealed class TenantRetryTests(ConnectedCompany company) : IClassFixture<ConnectedCompany>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refused_address_is_tried_again_by_itself_and_the_sync_that_met_it_is_made_up_for()
    {
        using var visit = await VisitAsync();
        company.Simulator.Faults.Always(visit.Corp, Fault.ErrCode(60020), "department/simplelist");
        Assert.Equal(RunState.Stopped, await SyncAsync(visit));
        Assert.Equal("stopped 60020 00:02:00 1", await StateAsync(visit));
        Assert.Contains("会自动重试；下次重试：", await visit.ReadAsync(""), StringComparison.Ordinal);
        Assert.False(await IsToldAsync(visit));

        await TryAllAsync();
        Assert.Equal("stopped 60020 00:02:00 1", await StateAsync(visit)); // not before its time
        company.Simulator.Faults.Clear(visit.Corp);
        await RetryAsync(visit, 1);
        Assert.Equal(RunState.Done, await SyncAsync(visit));
        Assert.Equal("active - - 0", await StateAsync(visit));
        Assert.Equal("full stopped, full done", await visit.SqlAsync<string>(
            "SELECT string_agg(kind || ' ' || state, ', ' ORDER BY id) FROM control.sync_runs WHERE tenant_id = $1"));
    }

    [Fact]
    public async Task Refusal_that_stays_is_asked_four_times_more_with_growing_gaps_and_then_waits_for_a_person()
    {
        using var visit = await VisitAsync();
        company.Simulator.Faults.Always(visit.Corp, Fault.ErrCode(60020), "department/simplelist");
        Assert.Equal(RunState.Stopped, await SyncAsync(visit));
        foreach (var (tries, gap) in new[] { (1, "00:02:00"), (2, "00:10:00"), (3, "00:40:00"), (4, "02:00:00") })
        {
            Assert.Equal($"stopped 60020 {gap} {tries}", await StateAsync(visit));
            Assert.False(await IsToldAsync(visit));
            await RetryAsync(visit, tries);
            Assert.Equal(RunState.Stopped, await SyncAsync(visit));
        }

        Assert.Equal("stopped 60020 - 4", await StateAsync(visit));
        Assert.True(await IsToldAsync(visit));
        Assert.DoesNotContain("会自动重试", await visit.ReadAsync(""), StringComparison.Ordinal);
        var calls = company.Simulator.Calls.Count(visit.Corp.Id);
        await TryAllAsync();
        Assert.Equal(calls, company.Simulator.Calls.Count(visit.Corp.Id));

        company.Simulator.Faults.Clear(visit.Corp);
        Assert.Equal(302, (await visit.PressAsync("", "?handler=Resume")).Status);
        Assert.Equal("active - - 0", await StateAsync(visit));
    }

    private Task<Visit> VisitAsync() =>
        company.VisitAsync(new CorpOptions { People = 4, Departments = 2, Seed = 11, CorpId = $"ww{Guid.NewGuid():N}"[..18] }, mirrored: false);

    private Task<int> TryAllAsync() => company.Worker.Services.GetRequiredService<TenantRetry>().RunAsync(Cancel);

    /// <summary>Its time comes: the sync that met the refusal is queued. The jobs of this worker only record that they ran, so the test does their work.</summary>
    private async Task RetryAsync(Visit visit, int tries)
    {
        await company.Database.ExecuteAsync("UPDATE control.tenants SET retry_at = now() - interval '1 second' WHERE id = $1", visit.Tenant.Id);
        await TryAllAsync();
        Assert.Equal($"active - - {tries}", await StateAsync(visit));
        Assert.Equal(tries, await visit.SqlAsync<long>("""
            SELECT count(*) FROM hangfire.job j WHERE j.arguments ->> 0 = $1::text AND j.arguments ->> 1 = '"full"'
            """));
    }

    private async Task<bool> IsToldAsync(Visit visit) =>
        (await company.Worker.Services.GetRequiredService<IncidentFinder>().FindAsync(Cancel)).Any(found => found.TenantId == visit.Tenant.Id && found.Kind == IncidentKind.TenantStopped);

    private async Task<RunState> SyncAsync(Visit visit) =>
        (await company.Worker.Services.GetRequiredService<SyncRunner>()
            .RunAsync(visit.Tenant.Id, SyncKind.Full, new SyncRequest { Trigger = SyncTrigger.Command }, Cancel)).State;

    private static Task<string> StateAsync(Visit visit) => visit.SqlAsync<string>("""
        SELECT concat_ws(' ', state, coalesce(stopped_code::text, '-'), coalesce((retry_at - stopped_at)::text, '-'), retries) FROM control.tenants WHERE id = $1
        """);
}
