using System.Diagnostics;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.EndToEnd.Events;

/// <summary>
/// G11, G12: a worker is killed again and again while it is busy with many tenants. What it leaves behind blocks nobody: a fresh job
/// starts soon, and its own work is taken up though other work always waits.
/// </summary>
public sealed class KilledBusyWorkerTests
{
    private const int Companies = 10;

    /// <summary>Fewer than there is work for, so that the queue is never empty.</summary>
    private const int EventWorkers = 3;

    private static readonly TimeSpan FreshStartsWithin = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan RetakenWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan DrainedWithin = TimeSpan.FromSeconds(120);

    private static int Kills => TestServer.LongRun ? 12 : 4;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fresh_job_starts_and_killed_work_is_retaken_though_the_queue_is_never_empty()
    {
        await using var hosts = await BothHosts.OpenAsync(await PrivatePostgres.StartAsync(Cancel), workerSettings: ("Jobs__EventWorkers", $"{EventWorkers}"));
        var companies = new List<(HostedCompany Company, CompanyLife Life)>();
        for (var i = 0; i < Companies + 1; i++)
        {
            var company = await hosts.AddCompanyAsync(new CorpOptions { Seed = 100 + i });
            companies.Add((company, CompanyLife.Begin(company.Corp.World, new Random(i))));
            hosts.Simulator.Faults.Always(company.Corp, Fault.Delay(TimeSpan.FromMilliseconds(700)));
        }

        await hosts.StartAsync([.. companies.Select(c => c.Company)]);
        var fresh = companies[^1];
        companies.RemoveAt(Companies);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var producing = ProduceAsync(companies.ConvertAll(c => c.Life), enough.Token);
        var emptyAt = new List<DateTime>();

        var left = new List<(string Id, string ClaimedBy, Stopwatch Since)>();
        for (var kill = 0; kill < Kills; kill++)
        {
            await Eventually.TrueAsync(
                "the worker is busy", async () => await hosts.ScalarAsync<int>(BusySql, "%") >= EventWorkers && await WaitingJobsAsync(hosts) > 0, TimeSpan.FromMinutes(1));
            await hosts.KillWorkerAsync();
            foreach (var row in await hosts.ListAsync(
                "SELECT id || ' ' || claimed_by FROM control.callback_events WHERE claimed_by IS NOT NULL AND claimed_at > now() - interval '30 s'"))
            {
                if (!left.Exists(l => $"{l.Id} {l.ClaimedBy}" == row))
                {
                    left.Add((row.Split(' ')[0], row.Split(' ')[1], Stopwatch.StartNew()));
                }
            }

            hosts.StartWorker();
        }

        Assert.NotEmpty(left);
        var restarted = Stopwatch.StartNew();
        fresh.Life.Step();
        await Eventually.TrueAsync("the fresh job runs", async () => await hosts.ScalarAsync<bool>("""
            SELECT EXISTS (
                SELECT FROM hangfire.job j JOIN hangfire.state s ON s.jobid = j.id
                WHERE j.arguments->>0 = $1::text AND j.invocationdata->>'Type' LIKE '%IInboxJob%' AND s.name = 'Processing')
            """, fresh.Company.Id), FreshStartsWithin);
        var freshStarted = restarted.Elapsed;

        var retaken = TimeSpan.Zero;
        foreach (var (id, claimedBy, since) in left)
        {
            await Eventually.TrueAsync($"event {id} of a killed worker is taken up", async () =>
            {
                if (await WaitingJobsAsync(hosts) == 0)
                {
                    emptyAt.Add(DateTime.UtcNow);
                }

                return !await hosts.ScalarAsync<bool>(
                    "SELECT EXISTS (SELECT FROM control.callback_events WHERE id = $1::text::bigint AND claimed_by = $2)", id, claimedBy);
            }, RetakenWithin - since.Elapsed);
            retaken = since.Elapsed > retaken ? since.Elapsed : retaken;
        }

        await enough.CancelAsync();
        await Task.WhenAny(producing);
        await Task.WhenAll(companies.Select(c => c.Company.Corp.Callbacks.WhenIdleAsync(Cancel)));
        hosts.Simulator.Faults.Clear();
        var drained = await hosts.AppliedAsync(DrainedWithin, [.. companies.Select(c => c.Company), fresh.Company]);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Kills} kills left {left.Count} events behind; a fresh job ran after {freshStarted.TotalSeconds:0.0} s, the last of them was taken up "
            + $"within {retaken.TotalSeconds:0.0} s, all was drained {drained.TotalSeconds:0.0} s after the last event; the queue was seen empty {emptyAt.Count} times");
        Assert.Empty(emptyAt);
        Assert.Equal(0, await hosts.ScalarAsync<int>("SELECT count(*) FROM control.callback_events WHERE state NOT IN ('applied', 'superseded')"));
    }

    private const string BusySql = "SELECT count(DISTINCT tenant_id) FROM control.callback_events WHERE claimed_by LIKE $1 AND claimed_at > now() - interval '5 s'";

    private static Task<int> WaitingJobsAsync(BothHosts hosts) =>
        hosts.ScalarAsync<int>("SELECT count(*) FROM hangfire.jobqueue WHERE queue = 'events' AND fetchedat IS NULL");

    /// <summary>Something happens in each company every second.</summary>
    private static async Task ProduceAsync(List<CompanyLife> lives, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await timer.WaitForNextTickAsync(ct))
        {
            lives.ForEach(life => life.Step());
        }
    }
}
