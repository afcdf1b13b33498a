using WeComSync.Callbacks.Tests.Kit;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Inbox;

/// <summary>PostgreSQL frozen and down under 50 requests a second, the host measured from outside.</summary>
[TestClass(DisableParallelization = true)]
public sealed class OutageTests
{
    private const int PerSecond = 50;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Frozen_database_delays_nobody_and_loses_nothing()
    {
        var requests = PerSecond * (TestServer.LongRun ? 600 : 15);
        await using var scene = await Scene.StartAsync();
        await scene.WarmUpAsync();
        var growth = new Growth(scene);

        scene.Server.Freeze();
        try
        {
            await scene.SendAsync(requests, growth);
        }
        finally
        {
            scene.Server.Thaw();
        }

        var drained = await scene.AssertAllStoredOnceAsync();
        scene.Report("frozen", drained, growth);
        Assert.Empty(scene.Sender.Refused);
        growth.AssertBounded();
    }

    [Fact]
    public async Task Database_that_is_down_delays_nobody_and_loses_nothing()
    {
        var requests = PerSecond * (TestServer.LongRun ? 600 : 20);
        await using var scene = await Scene.StartAsync();
        await scene.WarmUpAsync();
        var growth = new Growth(scene);

        await scene.Server.StopImmediatelyAsync(Cancel);
        await scene.SendAsync(requests, growth);

        await scene.Server.StartAsync(Cancel);
        var drained = await scene.AssertAllStoredOnceAsync();
        scene.Report("down", drained, growth);
        Assert.Empty(scene.Sender.Refused);
        growth.AssertBounded();
    }

    /// <summary>Without the database nothing was ever known: nothing can be verified, so nothing is accepted, and the host waits.</summary>
    [Fact]
    public async Task Host_that_starts_before_the_database_waits_for_it()
    {
        await using var scene = await Scene.StartAsync();
        scene.Host.Process.Kill();
        await scene.Host.Process.WaitForExitAsync();
        await scene.Server.KillAsync(Cancel);
        await using var host = await TestHost.StartAsync(scene.Database.ConnectionString, scene.SpoolPath, waitUntilReady: false);

        using (var alive = await host.Client.GetAsync("/healthz", Cancel))
        {
            Assert.True(alive.IsSuccessStatusCode);
        }

        using (var ready = await host.Client.GetAsync("/readyz", Cancel))
        {
            Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        }

        var delivery = scene.Tenant.WeCom.Deliver(scene.Tenant.UserEvent(1));
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, await host.PostAsync(scene.Tenant, delivery, Cancel));
        await scene.Server.StartAsync(Cancel);
        await Eventually.TrueAsync("the event is accepted", async () =>
            await host.PostAsync(scene.Tenant, delivery, Cancel) == System.Net.HttpStatusCode.OK);
        scene.Database.DataSource.Clear();
        Assert.Equal(1, await InboxRows.CountAsync(scene.Database, scene.Tenant, Cancel));
    }

    /// <summary>What an outage costs the host.</summary>
    private sealed class Growth(Scene scene)
    {
        /// <summary>The pool's five and the one that listens for changed settings, each with the short one that asks the server to cancel.</summary>
        private const int MostConnections = 2 * (5 + 1);

        private readonly int threads = scene.Host.Process.Threads;
        private readonly double memory = scene.Host.Process.Memory;
        private int moreThreads;
        private double moreMemory;
        private int connections;
        private int looks;

        /// <summary>Once for a second's requests, for looking costs the sender time.</summary>
        public void Look()
        {
            if (scene.Sender.Sent < PerSecond * looks)
            {
                return;
            }

            looks++;
            moreThreads = Math.Max(moreThreads, scene.Host.Process.Threads - threads);
            moreMemory = Math.Max(moreMemory, scene.Host.Process.Memory - memory);
            connections = Math.Max(connections, scene.Host.Process.ConnectionsTo(scene.Server.Port));
        }

        public void AssertBounded()
        {
            Assert.InRange(moreThreads, 0, 20);
            Assert.InRange(moreMemory, 0, 50);
            Assert.InRange(connections, 0, MostConnections);
        }

        public override string ToString() => $"threads +{moreThreads}, memory +{moreMemory:0} MiB, at most {connections} connections";
    }

    /// <summary>A server, a migrated database in it, the host as a process, and a sender.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly DirectoryInfo spool = Directory.CreateTempSubdirectory("wecomsync-spool-");

        public required PrivatePostgres Server { get; init; }

        public required TestDatabase Database { get; init; }

        public required TestTenant Tenant { get; init; }

        public CallbackProcess Host { get; private set; } = null!;

        public SteadySender Sender { get; private set; } = null!;

        public string SpoolPath => spool.FullName;

        public static async Task<Scene> StartAsync()
        {
            var server = await PrivatePostgres.StartAsync(Cancel);
            var database = await TestDatabase.CreateAsync(server);
            var scene = new Scene { Server = server, Database = database, Tenant = await TestTenant.AddAsync(database, Cancel) };
            scene.Host = await CallbackProcess.StartReadyAsync(database.ConnectionString, scene.SpoolPath);
            scene.Sender = new SteadySender(scene.Host.Client, scene.Tenant, PerSecond);
            return scene;
        }

        public async Task WarmUpAsync()
        {
            await Sender.SendUntilAsync(() => Sender.Sent >= PerSecond, Cancel);
            await Sender.AnsweredAsync();
            Sender.ForgetTimes();
        }

        /// <summary>Sends at the steady rate, and waits for every answer while the outage still goes on.</summary>
        public async Task SendAsync(int requests, Growth growth)
        {
            var until = Sender.Sent + requests;
            await Sender.SendUntilAsync(
                () =>
                {
                    growth.Look();
                    return Sender.Sent >= until;
                },
                Cancel);
            await Sender.AnsweredAsync().WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        }

        public async Task<TimeSpan> AssertAllStoredOnceAsync()
        {
            var within = TimeSpan.FromMinutes(1);
            Database.DataSource.Clear();
            var drained = await Eventually.TrueAsync(
                "everything is in the inbox", async () => await InboxRows.CountAsync(Database, Tenant, Cancel) >= Sender.Acknowledged.Count(), within);
            await Eventually.TrueAsync("the spool is empty", () => Directory.GetFiles(SpoolPath, "*.event").Length == 0, within);
            Assert.Equal(
                Sender.Acknowledged.Order(StringComparer.Ordinal),
                (await InboxRows.OfAsync(Database, Tenant, Cancel)).Select(e => e.ObjectKey!).Order(StringComparer.Ordinal));
            return drained;
        }

        public void Report(string what, TimeSpan drained, Growth more) => TestContext.Current.TestOutputHelper?.WriteLine(
            $"{what}: {Sender.Acknowledged.Count()} acknowledged, p99 {Sender.Percentile(99).TotalMilliseconds:0} ms, "
            + $"longest {Sender.Longest.TotalMilliseconds:0} ms, drained in {drained.TotalSeconds:0.0} s {more}");

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            await Server.DisposeAsync();
            spool.Delete(recursive: true);
        }
    }
}
