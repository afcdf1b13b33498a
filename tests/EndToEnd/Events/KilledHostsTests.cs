using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.EndToEnd.Events;

/// <summary>The callback host, worker and PostgreSQL are killed at random moments while events arrive at a steady rate.</summary>
public sealed class KilledHostsTests
{
    private const int PerSecond = 25;

    private static int Events => TestServer.LongRun ? 20_000 : 600;

    private static int Kills => TestServer.LongRun ? 300 : 10;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_acknowledged_event_has_its_effect_once_and_the_mirror_is_true_without_a_sync()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var hosts = await BothHosts.OpenAsync(
            await PrivatePostgres.StartAsync(Cancel, options: ["fsync=on"]),
            // Events alone must do it: no sync takes the place of those that pile up while the worker is away.
            workerSettings: ("Inbox__StormObjects", "1000000"));
        var company = await hosts.AddCompanyAsync(new CorpOptions { Seed = 61 });
        var life = CompanyLife.Begin(company.Corp.World, random);
        await hosts.MirrorAsync(company);
        await hosts.StartAsync(company);

        var wecom = company.Corp.Callbacks;
        wecom.Settings = wecom.Settings with
        {
            DoublesNewPeople = true,
            // WeCom tries three times and forgets. Who was never told cannot know, so here it goes on until the event is acknowledged.
            Tries = int.MaxValue,
            RetryAfter = TimeSpan.FromMilliseconds(250),
        };
        wecom.Faults = new CallbackFaults { DuplicateProbability = 0.1, Seed = seed };
        var told = new Told(wecom.Log);
        var kills = KillAsync(hosts, told, random);
        using (var timer = new PeriodicTimer(TimeSpan.FromSeconds(1d / PerSecond)))
        {
            while (told.Look() < Events && !kills.IsFaulted)
            {
                life.Step();
                await timer.WaitForNextTickAsync(Cancel);
            }
        }

        await kills;
        await wecom.WhenIdleAsync(Cancel).WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        await hosts.ReadyAsync();
        var took = await hosts.AppliedAsync(TimeSpan.FromMinutes(4), company);

        var acknowledged = wecom.Log.Digests(CallbackState.Acknowledged).Order(StringComparer.Ordinal).ToList();
        var kept = await hosts.ListAsync(
            "SELECT DISTINCT encode(digest, 'hex') FROM control.callback_events WHERE tenant_id = $1 AND state = 'applied'", company.Id);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Kills} kills; {acknowledged.Count} events acknowledged with {wecom.Log.Records().Sum(r => r.Tries.Count)} tries; all applied {took.TotalSeconds:0} s after the last");
        Assert.Equal(acknowledged, kept.Order(StringComparer.Ordinal));
        // A repeat that came after the reading is due again; nothing else is there twice.
        Assert.Equal(acknowledged.Count, await hosts.ScalarAsync<int>(
            "SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND occurrence = 0", company.Id));
        await MirrorTruth.AssertEqualAsync(hosts.Database.DataSource, company.Id, company.Corp, Cancel);
        Assert.Equal(1, await hosts.ScalarAsync<int>("SELECT count(*) FROM control.sync_runs WHERE tenant_id = $1", company.Id));
    }

    /// <summary>Each of the three dies at moments of its own, so that some are away together.</summary>
    private static Task KillAsync(BothHosts hosts, Told told, Random random)
    {
        var moments = Enumerable.Range(0, Kills).Select(_ => random.Next(Events)).ToLookup(_ => random.Next(3));
        var seeds = Enumerable.Range(0, 3).Select(_ => new Random(random.Next())).ToArray();
        return Task.WhenAll(
            RepeatAsync(0, hosts.KillCallbacksAsync, () => Task.Run(hosts.StartCallbacks, Cancel)),
            RepeatAsync(1, hosts.KillWorkerAsync, () => Task.Run(hosts.StartWorker, Cancel)),
            RepeatAsync(2, () => hosts.Server.KillAsync(Cancel), () => hosts.Server.StartAsync(Cancel)));

        async Task RepeatAsync(int victim, Func<Task> killAsync, Func<Task> startAsync)
        {
            foreach (var moment in moments[victim].Order())
            {
                await ToldAsync(moment);
                await killAsync();
                await MoreAsync(seeds[victim].Next(PerSecond * 3 / 2));
                await startAsync();
                // Killed again at once it would never be at work: most deaths shall come later than that.
                await MoreAsync(seeds[victim].Next(PerSecond * 3));
            }
        }

        Task MoreAsync(int events) => ToldAsync(Math.Min(told.Count + events, Events));

        Task ToldAsync(int events) => Eventually.TrueAsync($"{events} events are told", () => told.Count >= events, TimeSpan.FromHours(1));
    }

    /// <summary>How many different events there were.</summary>
    private sealed class Told(CallbackLog log)
    {
        private readonly HashSet<string> digests = [];
        private long last;
        private volatile int count;

        public int Count => count;

        public int Look()
        {
            foreach (var record in log.Records(after: last))
            {
                digests.Add(record.Digest);
                last = record.Id;
            }

            return count = digests.Count;
        }
    }
}
