using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.Server;
using Hangfire.States;
using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.Jobs;

/// <summary>Hangfire: does the work that is queued, and keeps it over restarts.</summary>
internal static class JobServices
{
    /// <summary>Key of the data source that only Hangfire uses.</summary>
    public const string DataSource = "jobs";

    /// <summary>How often a server renews what it works on is a fifth of it; see <see cref="SyncQueue"/> for how a dead one's work is freed.</summary>
    private static readonly TimeSpan Invisibility = TimeSpan.FromSeconds(90);

    /// <summary>How long jobs that ended well are shown; a thousand tenants make 150,000 a day.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(6);

    /// <summary>Less than the host's own, so that Hangfire still gives back what did not stop.</summary>
    private static readonly TimeSpan Shutdown = TimeSpan.FromSeconds(20);

    /// <param name="services">Where to register.</param>
    /// <param name="connectionString">As configured.</param>
    /// <param name="options">The job server's settings.</param>
    public static void AddJobs(this IServiceCollection services, string connectionString, JobOptions options)
    {
        services.AddKeyedSingleton(DataSource, (_, _) => NpgsqlDataSource.Create(WorkerConnections.Jobs(connectionString, options.Workers + options.EventWorkers)));

        // These before AddHangfire, which otherwise registers what is global to the process.
        services.AddSingleton<JobStorage>(provider =>
            new PostgreSqlStorage(new JobConnections(provider.GetRequiredKeyedService<NpgsqlDataSource>(DataSource)), Storage()) { JobExpirationTimeout = Remembered });
        services.AddSingleton<JobActivator>(provider => new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddSingleton<IJobFilterProvider>(provider => new JobFilterProviderCollection(
            new JobFilterCollection
            {
                new DeferBusySync(provider.GetRequiredService<TimeProvider>()),
                new ParkAfterCrashes(),
                new StatisticsHistoryAttribute(),
            },
            new JobFilterAttributeFilterProvider()));
        // All three or none: Hangfire ignores one that comes alone.
        services.AddSingleton<IBackgroundJobFactory>(provider => new BackgroundJobFactory(provider.GetRequiredService<IJobFilterProvider>()));
        services.AddSingleton<IBackgroundJobStateChanger>(provider => new BackgroundJobStateChanger(provider.GetRequiredService<IJobFilterProvider>()));
        services.AddSingleton<IBackgroundJobPerformer>(provider => new ScrubbingPerformer(
            new BackgroundJobPerformer(provider.GetRequiredService<IJobFilterProvider>(), provider.GetRequiredService<JobActivator>(), TaskScheduler.Default)));
        services.AddHangfire((_, hangfire) => hangfire.UseHangfireFormat());
        services.AddSingleton(JobServerName.New());
        services.AddHangfireServer((provider, server) =>
        {
            server.ServerName = provider.GetRequiredService<JobServerName>().Text;
            server.Queues = [ISyncJob.Queue, .. Enum.GetValues<SyncKind>().Select(QueueOf)];
            server.WorkerCount = options.LongWorkers;
            server.ShutdownTimeout = Shutdown;
        });
        if (options.Workers > options.LongWorkers)
        {
            services.AddHangfireServer((provider, server) =>
            {
                server.ServerName = $"{provider.GetRequiredService<JobServerName>().Text}-short";
                server.Queues = [QueueOf(SyncKind.Incremental)];
                server.WorkerCount = options.Workers - options.LongWorkers;
                server.ShutdownTimeout = Shutdown;
            });
        }

        // Servers of their own: a night of syncs does not delay events, and a storm of events no sync.
        services.AddHangfireServer((provider, server) =>
        {
            server.ServerName = $"{provider.GetRequiredService<JobServerName>().Text}-events";
            server.Queues = [InboxJobs.Queue];
            server.WorkerCount = options.EventWorkers;
            server.ShutdownTimeout = Shutdown;
        });

        services.AddSingleton(options);
        services.AddSingleton<TenantTurns>();
        services.AddSingleton<EffectClaims>();
        services.AddSingleton<SyncQueue>();
        services.AddScoped<ISyncJob, SyncJob>();
        services.AddScoped<IPreviewJob, PreviewJob>();
        services.AddScoped<IObjectSyncJob, ObjectSyncJob>();
    }

    private static string QueueOf(SyncKind kind) => ISyncJob.QueueOfKind.Replace("{1}", EnumText.Of(kind), StringComparison.Ordinal);

    private static PostgreSqlStorageOptions Storage() => new()
    {
        PrepareSchemaIfNecessary = false,
        StartupConnectionMaxRetries = 0,
        AllowDegradedModeWithoutStorage = false,
        UseSlidingInvisibilityTimeout = true,
        InvisibilityTimeout = Invisibility,
        // A killed worker leaves its lock rows; nothing here holds one for longer than a state change.
        DistributedLockTimeout = TimeSpan.FromSeconds(30),
        QueuePollInterval = TimeSpan.FromSeconds(1),
    };
}
