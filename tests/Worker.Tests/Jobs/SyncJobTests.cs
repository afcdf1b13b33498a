using Hangfire;
using Hangfire.States;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.TestKit;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Jobs;

/// <remarks>Jobs are queued by hand: no tenant here has a schedule that comes due.</remarks>
public sealed class SyncJobTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    private const string Never = "0 0 0 29 2 ?";

    /// <summary>Due by no schedule, so that nothing overtakes it.</summary>
    private static readonly DateTimeOffset Due = new(2026, 11, 22, 2, 30, 0, TimeSpan.Zero);

    private readonly TestDatabase database = served.Database;
    private readonly TestWorker worker = served.Worker;

    [Fact]
    public async Task Instant_that_is_queued_many_times_has_one_effect()
    {
        var tenant = await database.AddTenantAsync(Never);
        var jobs = Enumerable.Range(0, 10).Select(_ => Enqueue(tenant, Due)).ToList();

        await AllReachAsync(jobs, SucceededState.StateName);
        Assert.Equal(1, worker.Sync.CountOf(tenant));
        Assert.Single(await database.ClaimsAsync(tenant));
    }

    [Fact]
    public async Task Runs_that_persons_ask_for_each_have_an_effect()
    {
        var tenant = await database.AddTenantAsync(Never);
        string[] jobs = [Enqueue(tenant, null), Enqueue(tenant, null)];

        await AllReachAsync(jobs, SucceededState.StateName);
        Assert.Equal(2, worker.Sync.CountOf(tenant));
        Assert.Empty(await database.ClaimsAsync(tenant));
    }

    [Fact]
    public async Task Overtaken_run_is_dropped_and_stays_claimed()
    {
        var tenant = await database.AddTenantAsync("30 * * * * ?");
        var job = Enqueue(tenant, Due);

        await AllReachAsync([job], SucceededState.StateName);
        Assert.Contains(Due, await database.ClaimsAsync(tenant));
        await TestWorker.LoggedAsync($"Tenant {tenant}: Full sync due at 2026-11-22 02:30:00Z dropped");
    }

    /// <summary>The trigger of a worker whose clock is an hour ahead fires an hour early.</summary>
    [Fact]
    public async Task Run_that_was_queued_before_its_time_is_left_for_its_time()
    {
        var tenant = await database.AddTenantAsync("30 * * * * ?");
        var job = Enqueue(tenant, DateTimeOffset.UtcNow.AddHours(1));

        await AllReachAsync([job], SucceededState.StateName);
        Assert.Equal(0, worker.Sync.CountOf(tenant));
        Assert.Empty(await database.ClaimsAsync(tenant));
    }

    [Fact]
    public async Task Job_of_a_tenant_that_was_disabled_meanwhile_does_nothing()
    {
        var tenant = await database.AddTenantAsync(Never);
        await database.DisableAsync(tenant);
        var job = Enqueue(tenant, Due);

        await AllReachAsync([job], SucceededState.StateName);
        Assert.Equal(0, worker.Sync.CountOf(tenant));
        Assert.Empty(await database.ClaimsAsync(tenant));
    }

    [Fact]
    public async Task Failed_sync_is_tried_again_and_its_secrets_are_not_stored()
    {
        var tenant = await database.AddTenantAsync(Never);
        worker.Sync.Does[tenant] = _ => throw new HttpRequestException("GET /cgi-bin/user/get?access_token=CANARY-7f3a&userid=a failed");
        var job = Enqueue(tenant, Due);

        await AllReachAsync([job], ScheduledState.StateName);
        Assert.Equal(0L, await database.ReadAsync<long>("SELECT count(*) FROM hangfire.state WHERE data::text || coalesce(reason, '') LIKE '%CANARY%'"));
        await TestWorker.LoggedAsync("access_token=***");
        Assert.DoesNotContain(TestWorker.Log, line => line.Contains("CANARY-7f3a", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Busy_sync_comes_again_without_counting_as_a_failure()
    {
        var tenant = await database.AddTenantAsync(Never);
        worker.Sync.Does[tenant] = _ => Task.FromResult(SyncOutcome.Busy);
        var job = Enqueue(tenant, Due);

        await AllReachAsync([job], ScheduledState.StateName);
        Assert.Equal(0L, await database.ReadAsync<long>("SELECT count(*) FROM hangfire.jobparameter WHERE jobid = $1 AND name = 'RetryCount'", long.Parse(job, null)));

        worker.Sync.Does[tenant] = _ => Task.FromResult(SyncOutcome.Finished);
        worker.Services.GetRequiredService<IBackgroundJobClient>().ChangeState(job, new EnqueuedState(ISyncJob.Queue));
        await AllReachAsync([job], SucceededState.StateName);
        Assert.Equal(2, worker.Sync.CountOf(tenant));
    }

    [Fact]
    public async Task Sync_or_preview_that_a_person_asked_for_waits_for_the_other_run_until_its_page_gives_it_up()
    {
        var tenant = await database.AddTenantAsync(Never);
        worker.Sync.Does[tenant] = _ => Task.FromResult(SyncOutcome.Busy);
        var client = worker.Services.GetRequiredService<IBackgroundJobClient>();
        string[] jobs = [Enqueue(tenant, null), client.EnqueuePreview(tenant)];
        await AllReachAsync(jobs, ScheduledState.StateName);

        await database.ExecuteAsync(
            "UPDATE hangfire.job SET createdat = createdat - interval '11 minutes' WHERE id = ANY($1)", jobs.Select(job => long.Parse(job, null)).ToArray());
        foreach (var job in jobs)
        {
            client.ChangeState(job, new EnqueuedState(ISyncJob.Queue));
        }

        await AllReachAsync(jobs, SucceededState.StateName);
    }

    [Fact]
    public async Task Sync_of_a_stopped_tenant_is_not_tried_again()
    {
        var tenant = await database.AddTenantAsync(Never);
        worker.Sync.Does[tenant] = _ => Task.FromResult(SyncOutcome.Stopped);

        await AllReachAsync([Enqueue(tenant, Due)], SucceededState.StateName);
        Assert.Equal(1, worker.Sync.CountOf(tenant));
    }

    [Fact]
    public async Task Job_that_kills_its_process_again_and_again_is_parked_until_a_person_requeues_it()
    {
        var tenant = await database.AddTenantAsync(Never);
        using (var connection = worker.Services.GetRequiredService<JobStorage>().GetConnection())
        {
            var client = worker.Services.GetRequiredService<IBackgroundJobClient>();
            var text = SyncKind.Full.Text();
            var job = client.Create<ISyncJob>(sync => sync.RunAsync(tenant, text, Due, null, CancellationToken.None), new ScheduledState(TimeSpan.FromDays(1)));
            connection.SetJobParameter(job, "Crashes", "3"); // as three dead processes leave it
            client.ChangeState(job, new EnqueuedState(ISyncJob.Queue));

            await AllReachAsync([job], FailedState.StateName);
            Assert.Equal(0, worker.Sync.CountOf(tenant));

            client.Requeue(job);
            await AllReachAsync([job], SucceededState.StateName);
            Assert.Equal(1, worker.Sync.CountOf(tenant));
        }
    }

    private string Enqueue(long tenant, DateTimeOffset? instant) => worker.Enqueue(tenant, instant);

    private Task AllReachAsync(IReadOnlyCollection<string> jobs, string state) => worker.AllReachAsync(jobs, state);
}
