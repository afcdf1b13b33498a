using WeComSync.Domain.Storage;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.Commands;

/// <summary>The host that every command's body runs in.</summary>
internal static class WorkerHost
{
    /// <summary>Builds a host, checks what the body needs, and runs the body. Hosted services are not started.</summary>
    /// <param name="register">Adds what the command needs besides <see cref="AddWorker"/>.</param>
    /// <param name="body">Returns the exit code. Its scope ends with it.</param>
    /// <param name="ct">Cancelled by Ctrl-C and SIGTERM.</param>
    /// <param name="needs">What must be true of the database before the body runs.</param>
    public static async Task<int> RunAsync(
        Action<IHostApplicationBuilder> register,
        Func<IServiceProvider, CancellationToken, Task<int>> body,
        CancellationToken ct,
        DatabaseNeed needs = DatabaseNeed.Migrated)
    {
        // Settings are read once, at start: watching their files would only cost a watcher per process.
        var configuration = new ConfigurationManager();
        configuration["hostBuilder:reloadConfigOnChange"] = "false";
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            Configuration = configuration,
            // The settings file lies beside the program, wherever it is started from.
            ContentRootPath = AppContext.BaseDirectory,
            // The web host of `serve` heeds both names; without this the other commands would know only the first.
            EnvironmentName = Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT"),
        });
        builder.AddWorker();
        register(builder);
        using var host = builder.Build();
        await using var scope = host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<StartChecks>().RunAsync(needs, ct);
        return await body(scope.ServiceProvider, ct);
    }

    /// <summary>What every command has: logs on stderr, the database, the clock and the checks at start.</summary>
    /// <exception cref="ConfigurationException">A setting is missing or wrong, or the host lacks something.</exception>
    public static void AddWorker(this IHostApplicationBuilder builder)
    {
        HostData.Require();
        builder.AddWorkerLogging();
        builder.Services.AddSingleton(TimeProvider.System);
        var storage = StorageOptions.Read(builder.Configuration, builder.Environment);
        builder.Services.AddStorage(storage with { ConnectionString = WorkerConnections.Own(storage.ConnectionString) });
        builder.Services.AddSingleton<SchemaMigration>();
        builder.Services.AddSingleton<DatabaseWait>();
        builder.Services.AddSingleton<StartChecks>();
    }
}
