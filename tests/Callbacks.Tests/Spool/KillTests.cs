using System.Collections.Concurrent;
using System.Net;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Spool;

/// <summary>G1: host and PostgreSQL are killed at random while events arrive; the sender notes what was acknowledged.</summary>
public sealed class KillTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static int Kills => TestServer.LongRun ? 300 : 10;

    private static int Events => TestServer.LongRun ? 20_000 : 600;

    [Fact]
    public async Task Every_acknowledged_event_is_in_the_inbox_once_after_kills_of_host_and_database()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await using var server = await PrivatePostgres.StartAsync(Cancel);
        await using var database = await TestDatabase.CreateAsync(server);
        var tenant = await TestTenant.AddAsync(database, Cancel);
        var spool = Directory.CreateTempSubdirectory("wecomsync-spool-");
        var host = await CallbackProcess.StartReadyAsync(database.ConnectionString, spool.FullName);
        try
        {
            var acknowledged = new ConcurrentBag<string>();
            using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var number = 0;
            var senders = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            {
                while (!done.IsCancellationRequested)
                {
                    var event_ = Interlocked.Increment(ref number);
                    if (await TrySendAsync(() => host.Client, tenant, event_, done.Token))
                    {
                        acknowledged.Add($"user-{event_}");
                    }

                    // WeCom's pace is its own; without it one host would store hundreds of thousands.
                    await Task.WhenAny(Task.Delay(10, done.Token));
                }
            })).ToList();

            for (var kill = 0; kill < Kills; kill++)
            {
                var atLeast = acknowledged.Count + 20 + random.Next(60);
                await Eventually.TrueAsync("events are acknowledged", () => acknowledged.Count >= atLeast, TimeSpan.FromMinutes(2));
                if (kill % 3 == 1)
                {
                    await server.KillAsync(Cancel);
                    var without = acknowledged.Count + random.Next(60);
                    await Eventually.TrueAsync("events are acknowledged without PostgreSQL", () => acknowledged.Count >= without, TimeSpan.FromMinutes(2));
                    if (kill % 2 == 0)
                    {
                        // A host that starts now finds spooled events and no database.
                        host = await RestartAsync(host, database, spool, ready: false);
                    }

                    await server.StartAsync(Cancel);
                }
                else
                {
                    host = await RestartAsync(host, database, spool, ready: true);
                }
            }

            await Eventually.TrueAsync("enough events are acknowledged", () => acknowledged.Count >= Events, TimeSpan.FromMinutes(5));
            await done.CancelAsync();
            await Task.WhenAll(senders);
            await host.Process.WaitUntilAsync("the host is ready", host.IsReadyAsync);
            database.DataSource.Clear();
            await Eventually.TrueAsync("the spool is empty", () => Directory.GetFiles(spool.FullName, "*.event").Length == 0, TimeSpan.FromMinutes(1));

            // Events of requests that were cut may be there too: they were kept, and nobody was told.
            var stored = (await InboxRows.OfAsync(database, tenant, Cancel)).Select(e => e.ObjectKey!).ToList();
            Assert.Equal(stored.Count, stored.Distinct().Count());
            Assert.Empty(acknowledged.Except(stored));
            Assert.False(Directory.Exists(Path.Combine(spool.FullName, "set-aside")), "a file was set aside");
            TestContext.Current.TestOutputHelper?.WriteLine($"{acknowledged.Count} acknowledged, {stored.Count} stored, {Kills} kills");
        }
        finally
        {
            await host.DisposeAsync();
            spool.Delete(recursive: true);
        }
    }

    private static async Task<CallbackProcess> RestartAsync(CallbackProcess host, TestDatabase database, DirectoryInfo spool, bool ready)
    {
        host.Process.Kill();
        await host.DisposeAsync();
        return ready
            ? await CallbackProcess.StartReadyAsync(database.ConnectionString, spool.FullName)
            : CallbackProcess.Start(database.ConnectionString, spool.FullName);
    }

    /// <summary>As WeCom: up to three tries of the same event.</summary>
    private static async Task<bool> TrySendAsync(Func<HttpClient> client, TestTenant tenant, int number, CancellationToken ct)
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            try
            {
                var delivery = tenant.WeCom.Deliver(tenant.UserEvent(number));
                using var content = new StringContent(delivery.Body);
                using var answer = await client().PostAsync($"{tenant.Path}?{delivery.Query}", content, ct);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return true;
                }

                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            }
            catch (Exception cut) when (cut is HttpRequestException or OperationCanceledException or ObjectDisposedException)
            {
                // The host was killed in the middle, or the test is over.
            }

            await Task.WhenAny(Task.Delay(100, ct));
        }

        return false;
    }
}
