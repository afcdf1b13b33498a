using Npgsql;
using Quartz;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.Schedules;

/// <summary>Quartz: says when. That it happens is seen to by <see cref="OverdueSweep"/>.</summary>
internal static class ScheduleServices
{
    /// <summary>Key of the data source that only Quartz uses.</summary>
    private const string DataSource = "schedules";

    /// <summary>Triggers that fire at once; each only queues a job.</summary>
    private const int Threads = 8;

    /// <param name="services">Where to register.</param>
    /// <param name="connectionString">As configured.</param>
    public static void AddSchedules(this IServiceCollection services, string connectionString)
    {
        services.AddKeyedSingleton(DataSource, (_, _) => NpgsqlDataSource.Create(WorkerConnections.Schedules(connectionString, Threads)));
        services.AddQuartz(quartz =>
        {
            quartz.UseDefaultThreadPool(Threads);
            // The instance id stays unset: a clustered scheduler then makes one of its own.
            quartz.UseQuartzStore(
                provider => provider.GetRequiredKeyedService<NpgsqlDataSource>(DataSource),
                store => store.UseClustering(cluster =>
                {
                    cluster.CheckinInterval = TimeSpan.FromSeconds(7.5);
                    cluster.CheckinMisfireThreshold = TimeSpan.FromSeconds(30);
                }));
        });
        services.Configure<QuartzOptions>(options =>
        {
            // A trigger that every node overwrites at its start fires twice.
            options.Scheduling.OverwriteExistingData = false;
            options.Scheduling.IgnoreDuplicates = true;
        });
        services.AddQuartzHostedService(hosted => hosted.WaitForJobsToComplete = true);

        services.AddSingleton<TenantSchedules>();
        services.AddSingleton<TriggerReconciliation>();
        services.AddSingleton<OverdueSweep>();
        services.AddSingleton<TenantRetry>();
        services.AddSingleton<EffectRetention>();
        services.AddHostedService<ScheduleWatch>();
        services.AddHostedService<OverdueWatch>();
    }
}
