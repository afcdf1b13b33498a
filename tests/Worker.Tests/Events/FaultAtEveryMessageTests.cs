using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using WeComSync.Worker.Events;
using WeComSync.Worker.Storage;
using Xunit;

namespace WeComSync.Worker.Tests.Events;

/// <summary>
/// G2: the application of one event, with the connection cut, and with it black-holed, instead of each of its messages in turn. It is
/// applied once whatever happens, by the same process or by another.
/// </summary>
public sealed class FaultAtEveryMessageTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Mover = "mover";

    /// <summary>A drain claims twice and asks for the database's time each time, up to three times more where answers are slow: 11 messages each.</summary>
    private const int MostRepeated = 2 * 3 * 11;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The normal run takes a sample, another one each time.</summary>
    private static int Step => TestServer.LongRun ? 1 : 30;

    [Theory]
    [InlineData(PostgresFault.Cut)]
    [InlineData(PostgresFault.BlackHole)]
    public async Task Event_has_its_effect_once_wherever_the_fault_strikes(PostgresFault fault)
    {
        await using var scene = await Scene.OpenAsync(database, fault);
        await scene.TellAsync();
        await scene.VictimAsync();
        var quiet = await scene.TellAsync();
        scene.Proxy.Arm(0, fault);
        await scene.VictimAsync();
        var messages = (int)scene.Proxy.Seen;
        Assert.InRange(messages, 100, 1500);
        var effect = await scene.EffectOfAsync(quiet);
        Assert.NotEmpty(effect);

        var struck = 0;
        var reached = true;
        for (var message = 1 + (Environment.TickCount & 0xFFFF) % Step; reached && message <= messages; message += Step)
        {
            // The pool is full again, and the statements have the connections that they had when they were counted.
            var warm = await scene.TellAsync();
            await scene.VictimAsync();
            Assert.Equal("applied", await scene.Harness.StateOfAsync(warm));

            var told = await scene.TellAsync();
            scene.Proxy.Arm(message, fault);
            var ended = scene.TryVictimAsync();
            await Eventually.TrueAsync($"message {message} of {messages} passes", () => scene.Proxy.HasStruck || ended.IsCompleted);
            reached = scene.Proxy.HasStruck;
            if (!reached)
            {
                // More were counted, because answers were slower then.
                Assert.InRange(message, messages - MostRepeated, messages);
                await ended;
            }
            else if (fault == PostgresFault.Cut)
            {
                scene.Proxy.Heal();
                await ended;
                await scene.RescueAsync(scene.Victim, told);
            }
            else
            {
                // The server notices that the client is gone, another process takes over, and only then does the client wake up.
                await scene.EndVictimsSessionsAsync();
                await scene.RescueAsync(scene.Harness.Services, told);
                scene.Proxy.Heal();
                await ended;
            }

            Assert.Equal(("applied", message), (await scene.Harness.StateOfAsync(told), message));
            Assert.Equal((effect, message), (await scene.EffectOfAsync(told), message));
            await scene.Harness.AssertMirrorIsTrueAsync();
            struck += reached ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{fault}: {struck} of {messages} messages");
    }

    private sealed class Scene(SyncHarness harness, TcpFaultProxy proxy, IHost victim, string application) : IAsyncDisposable
    {
        private static readonly long[] Homes = [2, 3];
        private int moves;

        public SyncHarness Harness => harness;

        public TcpFaultProxy Proxy => proxy;

        /// <summary>The process whose connections go through the proxy.</summary>
        public IServiceProvider Victim => victim.Services;

        public static async Task<Scene> OpenAsync(TestDatabase database, PostgresFault fault)
        {
            var harness = await SyncHarness.StartAsync(database, new CorpOptions { Seed = 51 + (int)fault });
            foreach (var id in Homes)
            {
                harness.World.AddDepartment($"部门{id}", id: id);
            }

            harness.World.Hire(Mover, "动", Homes[0]);
            await harness.MirrorAsync();
            var application = $"victim of {fault}";
            var proxy = new TcpFaultProxy(new NpgsqlConnectionStringBuilder(database.ConnectionString) { ApplicationName = application }.ConnectionString);
            return new Scene(
                harness, proxy, SyncHarness.BuildWorker(database, harness.Simulator.BaseUrl, WorkerConnections.Own(proxy.ConnectionString)), application);
        }

        /// <summary>Somebody goes to the other of two departments: the effect is the same each time.</summary>
        public Task<long> TellAsync()
        {
            var home = Homes[++moves % 2];
            harness.World.Move(Mover, home);
            return harness.TellAsync("update_user", [("UserID", Mover), ("Department", $"{home}")], receivedAt: DateTimeOffset.UtcNow.AddSeconds(-10));
        }

        /// <summary>What the job of stored events does.</summary>
        public async Task VictimAsync()
        {
            await using var scope = victim.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IInboxJob>().DrainAsync(harness.Tenant.Id, Cancel);
        }

        public async Task TryVictimAsync()
        {
            await Task.Yield();
            try
            {
                await VictimAsync().WaitAsync(TimeSpan.FromSeconds(60), Cancel);
            }
            catch (Exception struck) when (struck is NpgsqlException or ClaimLostException or InvalidOperationException { InnerException: NpgsqlException })
            {
                // Its job failed (EF Core wraps it); the event is not at fault.
            }
        }

        public Task<long> EndVictimsSessionsAsync() => harness.ScalarAsync<long>(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $2 AND $1 > 0", application);

        /// <summary>The sweep, after the lease of whoever is gone.</summary>
        public Task<TimeSpan> RescueAsync(IServiceProvider rescuer, long id) => Eventually.TrueAsync($"event {id} is applied", async () =>
        {
            await harness.ScalarAsync<long>("""
                WITH aged AS (
                    UPDATE control.callback_events SET claimed_at = claimed_at - interval '1 minute' WHERE tenant_id = $1 AND claimed_by IS NOT NULL
                    RETURNING 1)
                SELECT count(*) FROM aged
                """);
            await Task.WhenAll(await rescuer.GetRequiredService<EventSweep>().RunAsync(Cancel));
            var state = await harness.StateOfAsync(id);
            Assert.NotEqual("failed", state);
            return state == "applied";
        });

        public async Task<string> EffectOfAsync(long id) => await harness.ScalarAsync<string>("""
            SELECT COALESCE(string_agg(entity || ' ' || op, ', ' ORDER BY entity, op), '') FROM mirror.changes WHERE tenant_id = $1 AND cause = 'event:' || $2::text
            """, id);

        public async ValueTask DisposeAsync()
        {
            victim.Dispose();
            await proxy.DisposeAsync();
            await harness.DisposeAsync();
        }
    }
}
