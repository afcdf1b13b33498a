using System.Globalization;
using Hangfire;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Simulator;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using WeComSync.Worker.Schedules;
using Xunit;

namespace WeComSync.Worker.Tests.Serve;

/// <summary>Ten companies on one worker: one with many people, one with a wrong secret, one that answers slowly.</summary>
public sealed class LagTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Others = 7;

    private static readonly int Many = TestServer.LongRun ? 50_000 : 500;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Troubled_companies_do_not_delay_the_others()
    {
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), Cancel);
        var others = new List<long>();
        for (var n = 0; n < Others; n++)
        {
            others.Add(await AddAsync(simulator.AddCorp(new CorpOptions { Seed = n + 1, People = 50, Departments = 5, Tags = 1 })));
        }

        await using var worker = TestWorker.BuildHost(database.ConnectionString, [$"--WeCom:BaseUrl={simulator.BaseUrl}"]);
        await worker.StartAsync(Cancel);
        // The first round pays for compiling.
        await RoundAsync(worker, others);
        var alone = await RoundAsync(worker, others);

        var huge = await AddAsync(simulator.AddCorp(new CorpOptions { Seed = 101, People = Many, Departments = 50 }));
        var wrongCorp = simulator.AddCorp(new CorpOptions { Seed = 102, People = 50, Departments = 5 });
        var wrong = await AddAsync(wrongCorp);
        wrongCorp.App.ResetSecret();
        wrongCorp.Contacts.ResetSecret();
        var slowCorp = simulator.AddCorp(new CorpOptions { Seed = 103, People = 50, Departments = 5 });
        var slow = await AddAsync(slowCorp);
        simulator.Faults.Always(slowCorp, Fault.Delay(TimeSpan.FromSeconds(TestServer.LongRun ? 8 : 5)));
        var jobs = worker.Services.GetRequiredService<IBackgroundJobClient>();
        foreach (var troubled in new[] { huge, slow, wrong })
        {
            jobs.EnqueueSync(troubled, SyncKind.Full, null);
        }

        var beside = await RoundAsync(worker, others);
        var slowIsStillAtWork = await database.ReadAsync<long>("SELECT count(*) FROM control.sync_runs WHERE tenant_id = $1 AND state = 'running'", slow);

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"longest wait of {Others} companies: {alone.TotalSeconds:0.00} s alone, {beside.TotalSeconds:0.00} s beside one with {Many} people, one with a wrong secret and one slow"));
        Assert.Equal(1L, slowIsStillAtWork);
        Assert.Equal("stopped", await database.ReadAsync<string>("SELECT state FROM control.tenants WHERE id = $1", wrong));
        Assert.Equal(1, simulator.Calls.Count(wrongCorp.Id, "gettoken"));
        if (TestServer.LongRun)
        {
            Assert.True(beside < (2 * alone) + TimeSpan.FromSeconds(1), $"{alone} alone, {beside} beside the troubled");
        }

        await worker.StopAsync(CancellationToken.None);
    }

    /// <returns>From queueing to the end of the last one's run.</returns>
    private async Task<TimeSpan> RoundAsync(WebApplication worker, List<long> tenants)
    {
        var jobs = worker.Services.GetRequiredService<IBackgroundJobClient>();
        var from = await database.ReadAsync<DateTime>("SELECT clock_timestamp()");
        foreach (var tenant in tenants)
        {
            jobs.EnqueueSync(tenant, SyncKind.Full, null);
        }

        const string ended = "SELECT count(*) FROM control.sync_runs WHERE tenant_id = ANY($1) AND started_at > $2 AND state = 'done'";
        await Eventually.TrueAsync("all of them are synced", async () => await database.ReadAsync<long>(ended, tenants.ToArray(), from) == tenants.Count, TimeSpan.FromMinutes(3));
        var last = await database.ReadAsync<DateTime>("SELECT max(finished_at) FROM control.sync_runs WHERE tenant_id = ANY($1)", (object)tenants.ToArray());
        return last - from;
    }

    private async Task<long> AddAsync(Corp corp)
    {
        var tenant = await TestTenants.AddAsync(database, corp, Cancel);
        await database.ExecuteAsync("INSERT INTO control.schedules (tenant_id, kind, cron) SELECT $1, k, '0 0 0 1 1 ? 2099' FROM unnest($2) k",
            tenant.Id, Enum.GetValues<SyncKind>().Select(EnumText.Of).ToArray());
        return tenant.Id;
    }
}
