using Hangfire;
using Hangfire.States;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.TestKit;
using WeComSync.Worker.Jobs;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Serve;

public sealed class FairnessTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Never = "0 0 0 1 1 ? 2099";

    [Fact]
    public async Task Long_syncs_of_many_tenants_leave_workers_to_the_short_ones()
    {
        await using var worker = await StartAsync();
        var jobs = worker.Services.GetRequiredService<IBackgroundJobClient>();
        var end = new TaskCompletionSource();
        var huge = await AddTenantsAsync(12);
        foreach (var tenant in huge)
        {
            worker.Sync.Does[tenant] = async ct =>
            {
                await end.Task.WaitAsync(ct);
                return SyncOutcome.Finished;
            };
            jobs.EnqueueSync(tenant, SyncKind.Full, null);
        }

        var most = worker.Services.GetRequiredService<JobOptions>().LongWorkers;
        await Eventually.TrueAsync("long syncs have all the workers they may have", () => Task.FromResult(huge.Count(t => worker.Sync.CountOf(t) > 0) == most));

        var others = await AddTenantsAsync(20);
        foreach (var tenant in others)
        {
            jobs.EnqueueSync(tenant, SyncKind.Incremental, null);
        }

        await Eventually.TrueAsync("all the others were synced meanwhile", () => Task.FromResult(others.All(t => worker.Sync.CountOf(t) == 1)));
        Assert.Equal(most, huge.Count(tenant => worker.Sync.CountOf(tenant) > 0));
        end.SetResult();
        await Eventually.TrueAsync("the long ones have their turns", () => Task.FromResult(huge.All(tenant => worker.Sync.CountOf(tenant) == 1)));
    }

    [Fact]
    public async Task Heap_of_jobs_of_one_tenant_takes_no_more_than_its_share()
    {
        await using var worker = await StartAsync();
        var jobs = worker.Services.GetRequiredService<IBackgroundJobClient>();
        var end = new TaskCompletionSource();
        var greedy = (await AddTenantsAsync(1))[0];
        worker.Sync.Does[greedy] = async ct =>
        {
            await end.Task.WaitAsync(ct);
            return SyncOutcome.Finished;
        };
        for (var n = 0; n < 30; n++)
        {
            jobs.EnqueueSync(greedy, SyncKind.Incremental, null);
        }

        var other = (await AddTenantsAsync(1))[0];
        jobs.EnqueueSync(other, SyncKind.Incremental, null);

        await Eventually.TrueAsync("the other is synced", () => Task.FromResult(worker.Sync.CountOf(other) == 1));
        Assert.InRange(worker.Sync.CountOf(greedy), 1, worker.Services.GetRequiredService<JobOptions>().WorkersPerTenant);
        end.SetResult();
    }

    [Fact]
    public async Task Stopped_tenant_is_not_tried_again()
    {
        await using var worker = await StartAsync();
        var jobs = worker.Services.GetRequiredService<IBackgroundJobClient>();
        var tenant = (await AddTenantsAsync(1))[0];
        worker.Sync.Does[tenant] = _ => Task.FromResult(SyncOutcome.Stopped);
        var job = jobs.EnqueueSync(tenant, SyncKind.Incremental, null);

        await Eventually.TrueAsync("the job is over", () => Task.FromResult(StateOf(worker, job) == SucceededState.StateName));
        Assert.Equal(1, worker.Sync.CountOf(tenant));
        Assert.Equal(0L, await database.ReadAsync<long>("SELECT count(*) FROM hangfire.job WHERE statename = 'Scheduled' AND arguments ->> 0 = $1::text", tenant));
    }

    [Fact]
    public async Task Job_in_the_queue_of_the_former_release_is_run()
    {
        var tenant = (await AddTenantsAsync(1))[0];
        await using (var idle = TestWorker.Build(database.ConnectionString))
        {
            idle.Services.GetRequiredService<IBackgroundJobClient>().EnqueueSync(tenant, SyncKind.Full, null);
        }

        await database.ExecuteAsync("UPDATE hangfire.jobqueue SET queue = 'sync'");
        await using var worker = await StartAsync();

        await Eventually.TrueAsync("it is run", () => Task.FromResult(worker.Sync.CountOf(tenant) == 1));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(8, 6, 2)]
    [InlineData(100, 75, 25)]
    public void Workers_are_divided(int workers, int longOnes, int perTenant)
    {
        var options = new JobOptions { Workers = workers };
        Assert.Equal((longOnes, perTenant), (options.LongWorkers, options.WorkersPerTenant));
    }

    private Task<TestWorker> StartAsync() => TestWorker.StartAsync(database.ConnectionString, SyncKind.Full, SyncKind.Incremental);

    private static string? StateOf(TestWorker worker, string job) =>
        worker.Services.GetRequiredService<JobStorage>().GetConnection().GetStateData(job)?.Name;

    private async Task<List<long>> AddTenantsAsync(int count)
    {
        var tenants = new List<long>();
        for (var n = 0; n < count; n++)
        {
            var tenant = await database.AddTenantAsync(Never);
            await database.ExecuteAsync("INSERT INTO control.schedules (tenant_id, kind, cron) VALUES ($1, $2, $3)", tenant, EnumText.Of(SyncKind.Incremental), Never);
            tenants.Add(tenant);
        }

        return tenants;
    }
}
