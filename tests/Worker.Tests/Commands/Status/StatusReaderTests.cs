using Hangfire.PostgreSql;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.Commands;
using WeComSync.Worker.Commands.Status;
using Xunit;

namespace WeComSync.Worker.Tests.Commands.Status;

public sealed class StatusReaderTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    private readonly string key = $"t{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Next_due_time_is_that_of_the_tenants_time_zone()
    {
        await AddTenantAsync(tenant =>
        {
            tenant.TimeZone = "Asia/Shanghai";
            tenant.Schedules.Add(new Schedule { Kind = SyncKind.Full, Cron = "0 30 2 * * ?" });
        });

        var schedule = Assert.Single((await ReadAsync()).Schedules, schedule => schedule.Tenant == key);

        var due = new DateTimeOffset(2026, 11, 22, 18, 30, 0, TimeSpan.Zero);
        Assert.InRange(schedule.NextDue!.Value, due, due.AddSeconds(59)); // seconds are spread over the tenants
        Assert.Equal((SyncKind.Full, "0 30 2 * * ?", "Asia/Shanghai"), (schedule.Kind, schedule.Cron, schedule.TimeZone));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_is_due_for_a_tenant_that_is_stopped_or_disabled(bool stopped)
    {
        await AddTenantAsync(tenant =>
        {
            tenant.Schedules.Add(new Schedule { Kind = SyncKind.Full, Cron = "0 30 2 * * ?" });
            tenant.Enabled = stopped;
            if (stopped)
            {
                tenant.Stop(60020, "not allow to access from your ip", "Add this server's IP.", Now);
            }
        });

        Assert.Null(Assert.Single((await ReadAsync()).Schedules, schedule => schedule.Tenant == key).NextDue);
    }

    [Fact]
    public async Task Running_and_held_runs_are_shown_with_their_counts()
    {
        var tenant = await AddTenantAsync();
        var held = await AddRunAsync(tenant, RunState.Done, run => run.Held = 3);
        await HoldAsync(tenant, held, HeldDecision.Pending, "user", "user", "department");
        await HoldAsync(tenant, held, HeldDecision.Discarded, "user");
        var running = await AddRunAsync(tenant, RunState.Running, run => (run.Phase, run.Read, run.Expected) = ("details", 40, 100));
        await HoldAsync(tenant, await AddRunAsync(tenant, RunState.Done, _ => { }), HeldDecision.Removed, "user");

        var status = await ReadAsync();

        var shownHeld = Assert.Single(status.Held, run => run.Tenant == key);
        Assert.Equal((held, SyncKind.Full), (shownHeld.Run, shownHeld.Kind));
        Assert.Equal(new Dictionary<string, int> { ["department"] = 1, ["user"] = 2 }, shownHeld.Removals);
        var shownRunning = Assert.Single(status.Running, run => run.Tenant == key);
        Assert.Equal((running, "details", 40, 100), (shownRunning.Run.Run, shownRunning.Phase, shownRunning.Run.Counts.Read, shownRunning.Expected));
    }

    [Fact]
    public async Task Callbacks_are_shown_with_their_lag_and_what_waits()
    {
        var tenant = await AddTenantAsync();
        Assert.DoesNotContain((await ReadAsync()).Callbacks, callbacks => callbacks.Tenant == key);
        await AddEventAsync(tenant, EventState.Applied, 50, 1);
        await AddEventAsync(tenant, EventState.Applied, 40, 3);
        await AddEventAsync(tenant, EventState.Applied, 30, 20);
        await AddEventAsync(tenant, EventState.Ignored, 25, 0);
        await AddEventAsync(tenant, EventState.Waiting, 20, null);
        await AddEventAsync(tenant, EventState.Waiting, 10, null);
        await AddEventAsync(tenant, EventState.Failed, 9, null);
        await AddEventAsync(tenant, EventState.Parked, 8, 1);

        var shown = Assert.Single((await ReadAsync()).Callbacks, callbacks => callbacks.Tenant == key);

        Assert.Equal(new CallbackStatus(key, 2, Now.AddSeconds(-20), 1, 1, Now.AddSeconds(-8), 3), shown);
    }

    [Fact]
    public async Task Jobs_are_counted_by_queue_once_their_tables_exist()
    {
        await using (var drop = database.DataSource.CreateCommand("DROP SCHEMA IF EXISTS hangfire CASCADE"))
        {
            await drop.ExecuteNonQueryAsync(Cancel);
        }

        Assert.Null((await ReadAsync()).Jobs);

        await using (var connection = await database.DataSource.OpenConnectionAsync(Cancel))
        {
            PostgreSqlObjectsInstaller.Install(connection, "hangfire");
            await using var fill = new NpgsqlCommand("""
                INSERT INTO hangfire.jobqueue (jobid, queue, fetchedat) VALUES (1, 'sync', NULL), (2, 'sync', NULL), (3, 'sync', now()), (4, 'events', NULL);
                INSERT INTO hangfire.job (statename, invocationdata, arguments, createdat)
                SELECT state, '{}', '[]', now() FROM unnest(ARRAY['Failed', 'Failed', 'Scheduled', 'Succeeded']) AS state;
                """, connection);
            await fill.ExecuteNonQueryAsync(Cancel);
        }

        var jobs = (await ReadAsync()).Jobs!;
        Assert.Equal([new("events", 1, 0), new("sync", 2, 1)], jobs.Queues);
        Assert.Equal((2, 1), (jobs.Failed, jobs.Scheduled));
    }

    [Fact]
    public void Report_reads_as_aligned_text_in_a_pipe()
    {
        using var pipe = new StringWriter();
        StatusCommand.Print(CommandOutput.CreateConsole(pipe, terminal: false), new StatusReport(
            new JobsStatus([new("events", 12, 0), new("sync", 1, 1)], Failed: 2, Scheduled: 1),
            [],
            [],
            [new HeldStatus("acme", 7, SyncKind.Full, Now, new Dictionary<string, int> { ["department"] = 1, ["user"] = 2 })],
            [new CallbackStatus("acme", 3, Now, 1, 0, Now, 0.42)],
            [new CustomerRestStatus("acme", Now, Now, 48002, "api forbidden", "List the application.")]));

        Assert.Equal(
            """
            Queues; 1 jobs wait for their time, 2 failed:
            QUEUE   WAITING  TAKEN
            events  12       0
            sync    1        1
            Schedules: no tenant chose one; the defaults apply.
            Running: nothing.
            Held removals, to be approved or discarded:
            TENANT  RUN  KIND  SINCE                 REMOVALS              APPROVE WITH
            acme    7    full  2026-11-22 08:00:00Z  1 department, 2 user  sync acme full --approve 7
            Callbacks; the lag is from receipt to the mirror, median of the last hundred events:
            TENANT  LAG    WAITING  SINCE                 FAILED  PARKED  LAST RECEIVED
            acme    0.4 s  3        2026-11-22 08:00:00Z  1       0       2026-11-22 08:00:00Z
            Customers that are not pulled, because WeCom does not give them; only if they are wanted is there anything to do:
            TENANT  SINCE                 LOOKED AT             WHY                   TO DO
            acme    2026-11-22 08:00:00Z  2026-11-22 08:00:00Z  48002: api forbidden  List the application.

            """,
            string.Join('\n', pipe.ToString().Split('\n').Select(line => line.TrimEnd())));
    }

    private Task<StatusReport> ReadAsync() =>
        new StatusReader(database.Services.GetRequiredService<IDbContextFactory<SyncDbContext>>(), new FixedClock { Now = Now }).ReadAsync(Cancel);

    private async Task<long> AddTenantAsync(Action<Tenant>? change = null)
    {
        await using var db = database.OpenContext();
        var tenant = new Tenant { Key = key, Name = "Acme", CorpId = $"ww{key}", CreatedAt = Now, ChangedAt = Now };
        change?.Invoke(tenant);
        db.Add(tenant);
        await db.SaveChangesAsync(Cancel);
        return tenant.Id;
    }

    private async Task AddEventAsync(long tenant, EventState state, int secondsAgo, int? lag)
    {
        await using var db = database.OpenContext();
        var receivedAt = Now.AddSeconds(-secondsAgo);
        db.Add(new CallbackEvent
        {
            TenantId = tenant, Channel = Channel.Contacts, Digest = Guid.NewGuid().ToByteArray(), ReceivedAt = receivedAt, Event = "change_contact",
            State = state, AppliedAt = lag is { } seconds ? receivedAt.AddSeconds(seconds) : null,
        });
        await db.SaveChangesAsync(Cancel);
    }

    private async Task<long> AddRunAsync(long tenant, RunState state, Action<SyncRun> change)
    {
        await using var db = database.OpenContext();
        var run = new SyncRun { TenantId = tenant, Kind = SyncKind.Full, Owner = "test", State = state, StartedAt = Now, HeartbeatAt = Now };
        change(run);
        db.Add(run);
        await db.SaveChangesAsync(Cancel);
        return run.Id;
    }

    private async Task HoldAsync(long tenant, long run, HeldDecision decision, params string[] entities)
    {
        await using var db = database.OpenContext();
        db.AddRange(entities.Select((entity, index) => new HeldRemoval
        {
            TenantId = tenant, RunId = run, Entity = entity, Key = $$"""{"id":"{{decision}}{{index}}"}""", Decision = decision, LastSeenAt = Now,
        }));
        await db.SaveChangesAsync(Cancel);
    }
}
