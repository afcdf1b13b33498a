using Npgsql;
using Quartz;

namespace WeComSync.Worker.Schedules;

/// <summary>Creates Quartz's tables. Quartz itself creates what is missing and never alters or drops.</summary>
internal sealed class QuartzTables(NpgsqlDataSource dataSource)
{
    /// <remarks>Call it under the migration lock: two hosts that create tables at once get in each other's way.</remarks>
    public async Task CreateAsync(CancellationToken ct)
    {
        await using (var schema = dataSource.CreateCommand($"CREATE SCHEMA IF NOT EXISTS {QuartzStore.Schema}"))
        {
            await schema.ExecuteNonQueryAsync(ct);
        }

        // A scheduler makes its tables when it is built; this one is never started, so it joins no cluster.
        var scheduler = await QuartzSchedulerBuilder
            .Create(quartz => quartz.UseQuartzStore(_ => dataSource, store => store.ProvisionSchema()))
            .BuildScheduler(ct);
        await scheduler.Shutdown(waitForJobsToComplete: false, ct);
    }
}
