using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>States of runs and tenants: one run at a time, taken over when dead, cancelled by a person, slowed after failures.</summary>
public sealed class RunControlTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string InsertRunning = """
        INSERT INTO control.sync_runs (tenant_id, kind, part, trigger, state, phase, owner, fence, started_at, heartbeat_at, dry_run,
            expected, read, created, changed, unchanged, removed, restored, renamed, held, failed, api_calls)
        VALUES ($1, 'full', 'directory', 'command', 'running', 'details', 'elsewhere/1', 0, now(), now(), false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        RETURNING id
        """;

    private static readonly CorpOptions Company = new() { People = 30, Departments = 5, Seed = 55 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Database_refuses_a_second_running_run_of_the_same_half()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.ScalarAsync<long>(InsertRunning);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => harness.ScalarAsync<long>(InsertRunning));

        Assert.Equal((PostgresErrorCodes.UniqueViolation, "ix_sync_runs_tenant_id_part"), (refused.SqlState, refused.ConstraintName));
    }

    [Fact]
    public async Task Run_whose_process_died_is_taken_over_by_the_next()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        var dead = await harness.ScalarAsync<long>(InsertRunning);

        await harness.MirrorAsync();

        Assert.Equal("failed", await harness.ScalarAsync<string>("SELECT state FROM control.sync_runs WHERE tenant_id = $1 AND id = $2", dead));
    }

    [Fact]
    public async Task Cancelled_run_ends_within_seconds_and_writes_nothing()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        harness.Simulator.Faults.Always(harness.Corp, Fault.Hang(), "tag/list");
        var begun = new TaskCompletionSource<SyncRun>();
        var running = harness.RunAsync(SyncKind.Full, new SyncRequest { Trigger = SyncTrigger.Command, Started = begun.SetResult });
        var run = await begun.Task;

        Assert.True(await harness.Services.GetRequiredService<SyncRuns>().RequestCancelAsync(run.Id, harness.Tenant.Id, TestContext.Current.CancellationToken));

        var report = await running;
        Assert.Equal(RunState.Cancelled, report.State);
        Assert.Equal("cancelled", await harness.ScalarAsync<string>("SELECT state FROM control.sync_runs WHERE tenant_id = $1 AND id = $2", run.Id));
        Assert.Equal(0, await harness.LiveAsync("users"));
        Assert.False(await harness.Services.GetRequiredService<SyncRuns>().RequestCancelAsync(run.Id, harness.Tenant.Id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Three_failed_runs_slow_a_tenant_and_a_good_one_releases_it()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        harness.Simulator.Faults.Always(harness.Corp, Fault.BadGateway(), "department/list");
        for (var run = 1; run <= 3; run++)
        {
            Assert.Equal("active", await StateAsync(harness));
            Assert.Equal(RunState.Failed, (await harness.IncrementalAsync()).State);
        }

        Assert.Equal("slowed", await StateAsync(harness));
        var jobs = harness.Services.GetRequiredService<ISyncRunner>();
        Assert.Equal(
            SyncOutcome.Slowed, await jobs.RunAsync(harness.Tenant.Id, SyncKind.Incremental, SyncTrigger.Schedule, TestContext.Current.CancellationToken));

        harness.Simulator.Faults.Clear();
        await harness.MirrorAsync();
        Assert.Equal("active", await StateAsync(harness));
    }

    /// <summary>A run begins with what it reads of its tenant, and ends much later: meanwhile settings may be saved.</summary>
    [Fact]
    public async Task Settings_that_are_saved_during_a_run_stay_and_so_does_what_the_run_learned()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.ScalarAsync<string>("UPDATE control.tenants SET state = 'slowed', stopped_reason = 'failed before' WHERE id = $1 RETURNING state");

        var report = await harness.RunAsync(SyncKind.Full, new SyncRequest { Trigger = SyncTrigger.Command, Started = _ => Rename("renamed") });

        Assert.Equal((RunState.Done, null), (report.State, report.Error));
        Assert.Equal("renamed, active, , t", await harness.ScalarAsync<string>(
            "SELECT concat_ws(', ', name, state, coalesce(stopped_reason, ''), fetch_child_honoured) FROM control.tenants WHERE id = $1"));
        await harness.AssertMirrorIsTrueAsync();

        void Rename(string name)
        {
            using var db = database.OpenContext();
            db.Tenants.Single(t => t.Id == harness.Tenant.Id).Name = name;
            db.SaveChanges();
        }
    }

    [Fact]
    public async Task Tenant_is_stopped_though_its_settings_are_being_saved()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        harness.Simulator.Faults.Always(harness.Corp, Fault.ErrCode(60020), "department/list");
        await using var saving = await database.DataSource.OpenConnectionAsync(Cancel);
        await using var transaction = await saving.BeginTransactionAsync(Cancel);
        await using var save = new NpgsqlCommand("UPDATE control.tenants SET name = 'renamed' WHERE id = $1", saving) { Parameters = { new() { Value = harness.Tenant.Id } } };
        await save.ExecuteNonQueryAsync(Cancel);

        var running = harness.FullAsync();
        await Eventually.TrueAsync("the stop waits for the one who saves", () => database.HasLockWaitAsync(Cancel));
        await transaction.CommitAsync(Cancel);

        Assert.Equal(RunState.Stopped, (await running).State);
        Assert.Equal("renamed, stopped, 60020", await harness.ScalarAsync<string>(
            "SELECT concat_ws(', ', name, state, stopped_code) FROM control.tenants WHERE id = $1"));
    }

    [Fact]
    public async Task Run_that_has_ended_leaves_no_lock_behind()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();

        // Of this database: other tests' tenants have the same numbers in theirs.
        Assert.False(await harness.ScalarAsync<bool>("""
            SELECT EXISTS (
                SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 72368370 + $2::int AND objid = $1
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
            """, (int)MirrorPart.Directory));
    }

    /// <summary>A merge of many people takes longer than a session waits for a lock.</summary>
    [Fact]
    public async Task Run_that_is_asked_for_while_another_merges_is_told_so_at_once()
    {
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.MirrorAsync();
        var other = await harness.ScalarAsync<long>(InsertRunning);
        await using var merging = await database.DataSource.OpenConnectionAsync(Cancel);
        await using var transaction = await merging.BeginTransactionAsync(Cancel);
        await using var hold = new NpgsqlCommand("""
            SELECT pg_advisory_lock(72368370 + $2, $1::int), fence FROM control.merge_fences WHERE tenant_id = $1 AND part = 'directory' FOR UPDATE
            """, merging) { Parameters = { new() { Value = harness.Tenant.Id }, new() { Value = (int)MirrorPart.Directory } } };
        await hold.ExecuteNonQueryAsync(Cancel);

        var told = await Assert.ThrowsAsync<RunInProgressException>(() => harness.FullAsync());

        Assert.Equal(other, told.RunId);
    }

    private static Task<string> StateAsync(SyncHarness harness) => harness.ScalarAsync<string>("SELECT state FROM control.tenants WHERE id = $1");
}
