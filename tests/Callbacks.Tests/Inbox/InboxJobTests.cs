using System.Collections.Concurrent;
using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.Domain.Inbox;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Inbox;

/// <summary>The rows that we insert are Hangfire's own: its client would write the same, and its server runs them.</summary>
public sealed class InboxJobTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Real_hangfire_server_runs_the_job_of_an_accepted_event()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        var ran = new ConcurrentQueue<long>();
        var storage = Storage();
        using var server = new BackgroundJobServer(
            new BackgroundJobServerOptions { Queues = [InboxJobs.Queue], WorkerCount = 1, Activator = new RecordingActivator(ran) }, storage);
        await using var host = await TestHost.StartAsync(database.ConnectionString);

        await host.PostAsync(tenant, tenant.WeCom.Deliver(tenant.UserEvent(1)), Cancel);

        await Eventually.TrueAsync("the job ran", () => ran.Contains(tenant.Id));
        await Eventually.TrueAsync("the job succeeded", async () => await InboxRows.ScalarAsync(
            database, "SELECT count(*) FROM hangfire.job WHERE statename = 'Succeeded' AND arguments->>0 = $1::bigint::text", Cancel, tenant.Id) == 1);
    }

    [Fact]
    public async Task Inserted_rows_equal_those_of_hangfires_client()
    {
        const long Ours = 7_000_000_001;
        const long Theirs = 7_000_000_002;
        await InboxJobs.QueueAsync(database.DataSource, [Ours], Cancel);
        GlobalConfiguration.Configuration.UseHangfireFormat();
        var culture = Thread.CurrentThread.CurrentCulture;
        Thread.CurrentThread.CurrentCulture = Thread.CurrentThread.CurrentUICulture = System.Globalization.CultureInfo.InvariantCulture;
        new BackgroundJobClient(Storage()).Enqueue<IInboxJob>(job => job.DrainAsync(Theirs, CancellationToken.None));
        Thread.CurrentThread.CurrentCulture = Thread.CurrentThread.CurrentUICulture = culture;

        Assert.Equal(
            await RowsOfAsync(Theirs), (await RowsOfAsync(Ours)).Replace(Ours.ToString(Invariant), Theirs.ToString(Invariant), StringComparison.Ordinal));
    }

    /// <summary>Golden text: jobs that an older release queued must run under a newer one, and the reverse.</summary>
    [Fact]
    public async Task Stored_form_of_the_job_does_not_change()
    {
        const long Tenant = 7_000_000_003;
        await InboxJobs.QueueAsync(database.DataSource, [Tenant], Cancel);

        await using var command = database.DataSource.CreateCommand(
            "SELECT invocationdata::text || arguments::text FROM hangfire.job WHERE arguments->>0 = '7000000003'");
        Assert.Equal(
            """
            {"Type": "WeComSync.Domain.Inbox.IInboxJob, WeComSync.Domain", "Method": "DrainAsync", "Arguments": "[\"7000000003\",null]", "ParameterTypes": "[\"System.Int64\",\"System.Threading.CancellationToken, mscorlib\"]"}["7000000003", null]
            """,
            await command.ExecuteScalarAsync(Cancel));
    }

    [Fact]
    public async Task Waiting_worker_is_notified_when_a_job_is_queued_and_not_otherwise()
    {
        var rung = 0;
        await using var listener = await database.DataSource.OpenConnectionAsync(Cancel);
        listener.Notification += (_, _) => Interlocked.Increment(ref rung);
        await using (var listen = new Npgsql.NpgsqlCommand("LISTEN new_job", listener))
        {
            await listen.ExecuteNonQueryAsync(Cancel);
        }

        Assert.Equal(2, await InboxJobs.QueueAsync(database.DataSource, [7_000_000_004, 7_000_000_005], Cancel));
        await listener.WaitAsync(Cancel);
        Assert.Equal(0, await InboxJobs.QueueAsync(database.DataSource, [7_000_000_004, 7_000_000_005], Cancel));
        Assert.False(await listener.WaitAsync(TimeSpan.FromMilliseconds(300), Cancel));
        Assert.Equal(1, rung);
    }

    private static System.Globalization.CultureInfo Invariant => System.Globalization.CultureInfo.InvariantCulture;

    private PostgreSqlStorage Storage()
    {
        var options = new PostgreSqlStorageOptions { PrepareSchemaIfNecessary = false, QueuePollInterval = TimeSpan.FromMilliseconds(100) };
        return new PostgreSqlStorage(new NpgsqlConnectionFactory(database.ConnectionString, options), options);
    }

    /// <summary>All rows of one job as text, without ids and times.</summary>
    private async Task<string> RowsOfAsync(long tenantId)
    {
        await using var command = database.DataSource.CreateCommand("""
            SELECT jsonb_build_object(
                'job', to_jsonb(j) - 'id' - 'stateid' - 'createdat',
                'current', j.stateid = s.id,
                'state', (to_jsonb(s) - 'id' - 'jobid' - 'createdat') #- '{data,EnqueuedAt}',
                'time', s.data->>'EnqueuedAt' ~ '^[0-9]{13}$',
                'parameter', (SELECT jsonb_agg(to_jsonb(p) - 'id' - 'jobid') FROM hangfire.jobparameter p WHERE p.jobid = j.id),
                'queue', (SELECT jsonb_agg(to_jsonb(q) - 'id' - 'jobid') FROM hangfire.jobqueue q WHERE q.jobid = j.id))::text
            FROM hangfire.job j JOIN hangfire.state s ON s.jobid = j.id WHERE j.arguments->>0 = $1::bigint::text
            """);
        command.Parameters.Add(new() { Value = tenantId });
        return (string)(await command.ExecuteScalarAsync(Cancel))!;
    }

    private sealed class RecordingActivator(ConcurrentQueue<long> ran) : JobActivator
    {
        public override object ActivateJob(Type jobType) => new RecordingJob(ran);
    }

    private sealed class RecordingJob(ConcurrentQueue<long> ran) : IInboxJob
    {
        public Task DrainAsync(long tenantId, CancellationToken ct)
        {
            ran.Enqueue(tenantId);
            return Task.CompletedTask;
        }
    }
}
