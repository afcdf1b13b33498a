using System.Data.Common;
using Quartz;

namespace WeComSync.Worker.Schedules;

/// <summary>Quartz's tables as every host uses them. What is set here must be the same on all nodes of a cluster.</summary>
internal static class QuartzStore
{
    /// <summary>Part of the key of each of Quartz's rows: rename it and every trigger is forgotten.</summary>
    public const string SchedulerName = "WeComSync";

    /// <summary>Schema of the tables.</summary>
    public const string Schema = "quartz";

    /// <param name="quartz">The scheduler being described.</param>
    /// <param name="dataSource">Where connections come from.</param>
    /// <param name="more">What this host adds: clustering, or creating the tables.</param>
    public static void UseQuartzStore(
        this IQuartzBuilder quartz, Func<IServiceProvider, DbDataSource> dataSource, Action<IPersistentStoreBuilder> more)
    {
        quartz.ConfigureScheduler(scheduler => scheduler.InstanceName = SchedulerName);
        quartz.UsePersistentStore(store =>
        {
            store.UsePostgres(source => source.DataSourceFactory = dataSource);
            store.UseSystemTextJsonSerializer();
            store.ConfigureStore(options =>
            {
                options.TablePrefix = $"{Schema}.qrtz_";
                options.StoreJobDataAsStrings = true;
                options.CommandTimeout = TimeSpan.FromSeconds(10);
                options.MisfireThreshold = TimeSpan.FromSeconds(30);
                options.UseBackgroundThreads = true; // or a host that fails to start never ends
            });
            more(store);
        });
    }
}
