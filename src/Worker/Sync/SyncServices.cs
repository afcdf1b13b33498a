using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Sync.Customers;
using WeComSync.Worker.Sync.Directory;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync;

internal static class SyncServices
{
    /// <summary>Registers the syncs and the WeCom client that they read from.</summary>
    public static void AddSync(this IHostApplicationBuilder builder)
    {
        builder.Services.AddWeComClient(builder.Configuration);
        builder.Services.AddOptionsWithValidateOnStart<SyncOptions, SyncOptionsValidator>()
            .Bind(builder.Configuration.GetSection(SyncOptions.Section));
        builder.Services.AddKeyedSingleton(StagingConnections.DataSource, (provider, _) =>
            NpgsqlDataSource.Create(WorkerConnections.Staging(provider.GetRequiredService<StorageOptions>().ConnectionString)));
        builder.Services.AddSingleton<StagingConnections>();
        builder.Services.AddSingleton<SyncRuns>();
        builder.Services.AddSingleton<HeldRemovals>();
        builder.Services.AddHostedService<HeldReminder>();
        builder.Services.AddSingleton<TenantStops>();
        builder.Services.AddSingleton<RunEnding>();
        builder.Services.AddSingleton<DirectorySync>();
        builder.Services.AddSingleton<CustomerRests>();
        builder.Services.AddSingleton<CustomerRuns>();
        builder.Services.AddSingleton<CustomerSync>();
        builder.Services.AddSingleton<CustomerCheck>();
        builder.Services.AddSingleton<CustomerLookup>();
        builder.Services.AddSingleton<SyncRunner>();
        builder.Services.AddSingleton<ISyncRunner>(services => services.GetRequiredService<SyncRunner>());
    }
}
