using System.Diagnostics;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.TestKit;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Storage;

/// <summary>A lock is its holder's while he lives, and nobody's soon after.</summary>
public sealed class SessionLockTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const long Key = 4711;

    private const string Holders = """
        FROM pg_locks WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32) | objid::bigint = $1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """;

    /// <summary>Longer than a holder may be silent.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(13);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Worker_that_is_frozen_in_a_sweep_leaves_the_next_to_another()
    {
        await using var proxy = new TcpFaultProxy(database.ConnectionString);
        var frozen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HostProcess? worker = null;
        proxy.Statement = sql =>
        {
            if (sql.Contains("max(e.instant) FROM control.scheduled_effects", StringComparison.Ordinal) && !frozen.Task.IsCompleted)
            {
                worker!.Pause();
                frozen.TrySetResult();
            }
        };
        worker = await Probe.StartAsync(database, ("ConnectionStrings__WeComSync", proxy.ConnectionString));
        await using (worker)
        {
            await frozen.Task.WaitAsync(Probe.StartsWithin, Cancel);
            Assert.Equal(1L, await HoldersAsync(AdvisoryLocks.OverdueSweep));

            await Eventually.TrueAsync("another can sweep", async () =>
            {
                await using var only = await SessionLock.TryTakeAsync(database.DataSource, AdvisoryLocks.OverdueSweep, Cancel);
                return only is not null;
            });
        }
    }

    [Fact]
    public async Task Lock_of_a_holder_who_works_long_is_his_until_he_is_done()
    {
        var only = await SessionLock.TryTakeAsync(database.DataSource, Key, Cancel);
        Assert.NotNull(only);
        var taken = Stopwatch.StartNew();

        await Eventually.TrueAsync("it was held for long", async () =>
        {
            Assert.Null(await SessionLock.TryTakeAsync(database.DataSource, Key, Cancel));
            return taken.Elapsed > Long;
        });

        await only.DisposeAsync();
        Assert.Equal(0L, await HoldersAsync(Key));
        await using var next = await SessionLock.TakeAsync(database.DataSource, Key, Cancel);
        Assert.Equal(1L, await HoldersAsync(Key));
    }

    [Fact]
    public async Task Session_that_goes_back_to_its_pool_may_be_silent_there()
    {
        await using var pool = NpgsqlDataSource.Create(database.ConnectionString);
        int session;
        await using (await SessionLock.TakeAsync(pool, Key + 1, Cancel))
        {
            session = await database.ReadAsync<int>($"SELECT pid {Holders}", Key + 1);
        }

        var back = Stopwatch.StartNew();
        await Eventually.TrueAsync("it was silent for long", async () =>
        {
            Assert.Equal(1L, await database.ReadAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE pid = $1", session));
            return back.Elapsed > Long;
        });
    }

    private Task<long> HoldersAsync(long key) => database.ReadAsync<long>($"SELECT count(*) {Holders}", key);
}
