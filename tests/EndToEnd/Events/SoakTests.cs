using System.Diagnostics;
using System.Globalization;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.EndToEnd.Events;

/// <summary>G22: an hour at 50 events a second leaves nothing behind: memory, handles and connections stay, sessions do not linger.</summary>
[TestClass(DisableParallelization = true)]
public sealed class SoakTests
{
    private const int PerSecond = 50;

    /// <summary>One company's share of the events stays well below the calls that WeCom grants it in an hour.</summary>
    private const int Companies = 5;

    /// <summary>Of both hosts: their pools, listeners and schedulers.</summary>
    private const int MostConnections = 90;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary><c>WECOMSYNC_TEST_SOAK_MINUTES</c> makes it shorter, to try the test itself.</summary>
    private static TimeSpan Length => TimeSpan.FromMinutes(
        double.Parse(Environment.GetEnvironmentVariable("WECOMSYNC_TEST_SOAK_MINUTES") ?? "60", CultureInfo.InvariantCulture));

    [Fact]
    [Trait("Length", "Long")]
    public async Task Nothing_grows_in_an_hour_of_events()
    {
        await using var hosts = await BothHosts.OpenAsync(await PrivatePostgres.StartAsync(Cancel));
        var companies = new HostedCompany[Companies];
        var lives = new CompanyLife[Companies];
        for (var i = 0; i < Companies; i++)
        {
            companies[i] = await hosts.AddCompanyAsync(new CorpOptions { CorpId = $"wwsoak{i}", Seed = 111 + i });
            lives[i] = CompanyLife.Begin(companies[i].Corp.World, new Random(111 + i));
            await hosts.MirrorAsync(companies[i]);
        }

        await hosts.StartAsync(companies);

        var samples = new List<Sample>();
        var clock = Stopwatch.StartNew();
        using (var timer = new PeriodicTimer(TimeSpan.FromSeconds(1d / PerSecond)))
        {
            for (var step = 0; clock.Elapsed < Length; step++)
            {
                lives[step % Companies].Step();
                if (clock.Elapsed > Between * (samples.Count + 1))
                {
                    samples.Add(await TakeAsync(hosts, clock.Elapsed));
                    Array.ForEach(companies, c => c.Corp.Callbacks.Log.Clear());
                }

                await timer.WaitForNextTickAsync(Cancel);
            }
        }

        await Task.WhenAll(companies.Select(c => c.Corp.Callbacks.WhenIdleAsync(Cancel)));
        var warm = samples.Where(s => s.At > Length / 4).ToList();
        Growth[] growths =
        [
            Growth.Of("callback host", warm, s => s.CallbackMemory, s => s.CallbackHandles),
            Growth.Of("worker", warm, s => s.WorkerMemory, s => s.WorkerHandles),
        ];
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{string.Join(Environment.NewLine, growths.Select(g => g.ToString()))}{Environment.NewLine}"
            + $"{samples.Max(s => s.Connections)} connections at most, {samples[^1].Jobs} jobs at the end, lag {samples.Max(s => s.Waiting)} events at most, "
            + $"{await hosts.ScalarAsync<int>("SELECT count(*) FROM control.callback_events WHERE state = 'superseded'")} events for which a sync stood");
        await hosts.AppliedAsync(TimeSpan.FromMinutes(1), companies);
        foreach (var company in companies)
        {
            await MirrorTruth.AssertEqualAsync(hosts.Database.DataSource, company.Id, company.Corp, Cancel);
        }

        Assert.All(growths, g => Assert.InRange(g.PerTenMinutes, double.MinValue, 1));
        Assert.All(growths, g => Assert.InRange(g.MostHandles - g.LeastHandles, 0, 30));
        Assert.InRange(samples.Max(s => s.Connections), 1, MostConnections);
        Assert.All(samples, s => Assert.Equal(0, s.Lingering));
        Assert.All(warm, s => Assert.InRange(s.Waiting, 0, PerSecond * 5));
    }

    private static async Task<Sample> TakeAsync(BothHosts hosts, TimeSpan at) => new(
        at,
        hosts.Callbacks.Process.Memory,
        hosts.Callbacks.Process.Handles,
        hosts.Worker.Memory,
        hosts.Worker.Handles,
        await hosts.ScalarAsync<int>("SELECT count(*) FROM pg_stat_activity WHERE application_name ILIKE 'wecomsync%'"),
        await hosts.ScalarAsync<int>("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND state_change < now() - interval '15 s'"),
        await hosts.ScalarAsync<int>("SELECT count(*) FROM hangfire.job"),
        await hosts.ScalarAsync<int>("SELECT count(*) FROM control.callback_events WHERE state = 'waiting'"));

    /// <summary>How the memory of a host went, in MiB, and how many handles it had.</summary>
    private sealed record Growth(string Host, double PerTenMinutes, double LatelyPerTenMinutes, IEnumerable<double> Course, int LeastHandles, int MostHandles)
    {
        public static Growth Of(string host, List<Sample> samples, Func<Sample, double> memory, Func<Sample, int> handles) => new(
            host,
            Slope(samples, memory),
            Slope(samples[(samples.Count / 2)..], memory),
            samples.Select(memory).Chunk(samples.Count < 12 ? 1 : samples.Count / 12).Select(part => part.Average()),
            samples.Min(handles),
            samples.Max(handles));

        public override string ToString() =>
            $"{Host}: {PerTenMinutes:+0.00;-0.00} MiB in ten minutes, {LatelyPerTenMinutes:+0.00;-0.00} in the later half "
            + $"({string.Join(' ', Course.Select(c => $"{c:0.0}"))}), {LeastHandles} to {MostHandles} handles";

        /// <summary>By least squares.</summary>
        private static double Slope(List<Sample> samples, Func<Sample, double> value)
        {
            var (x, y) = (samples.Average(s => s.At.TotalMinutes), samples.Average(value));
            return 10 * samples.Sum(s => (s.At.TotalMinutes - x) * (value(s) - y)) / samples.Sum(s => Math.Pow(s.At.TotalMinutes - x, 2));
        }
    }

    private sealed record Sample(
        TimeSpan At, double CallbackMemory, int CallbackHandles, double WorkerMemory, int WorkerHandles, int Connections, int Lingering, int Jobs, int Waiting);
}
