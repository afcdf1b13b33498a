using System.CommandLine;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.Commands;

/// <summary><c>serve</c>: scheduler, job server, dashboard and console, until a signal stops it. The default command.</summary>
internal static partial class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Run scheduler, job server, dashboard and console (default).");
        command.SetAction((_, ct) => RunAsync(ct));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken ct)
    {
        await using var app = ServeHost.Build();
        await app.Services.GetRequiredService<StartChecks>().RunAsync(DatabaseNeed.Migrated, ct);

        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ServeCommand));
        using (app.Lifetime.ApplicationStopping.Register(() => LogStopping(logger)))
        {
            await app.RunAsync(ct);
        }

        LogStopped(logger);
        return ExitCodes.Done;
    }

    [LoggerMessage(LogLevel.Information, "Stopping: nothing new is started, and running syncs stop at their next safe point")]
    private static partial void LogStopping(ILogger logger);

    [LoggerMessage(LogLevel.Information, "Stopped")]
    private static partial void LogStopped(ILogger logger);
}
