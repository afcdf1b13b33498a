using System.CommandLine;
using Microsoft.AspNetCore.Connections;
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
            try
            {
                await app.StartAsync(ct);
                await app.WaitForShutdownAsync(ct);
            }
            catch (IOException taken) when (taken.InnerException is AddressInUseException)
            {
                // What had started is stopped, not only disposed: that would log a failure of its own, after the reason.
                await app.StopAsync(CancellationToken.None);
                throw new CommandFailedException($"{taken.Message} Stop what listens there, or set ASPNETCORE_URLS to another address.");
            }
            catch (Exception late) when (ct.IsCancellationRequested)
            {
                // Threads that wait for a database that hangs end with the process.
                LogCutOff(logger, late);
                throw new CommandFailedException(
                    "Not everything stopped in time, and what had not was cut off. Its jobs are taken up again by whoever is next; nothing is half-applied.");
            }
        }

        LogStopped(logger);
        return ExitCodes.Done;
    }

    [LoggerMessage(LogLevel.Information, "Stopping: nothing new is started, and running syncs stop at their next safe point")]
    private static partial void LogStopping(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "Not everything stopped in time")]
    private static partial void LogCutOff(ILogger logger, Exception late);

    [LoggerMessage(LogLevel.Information, "Stopped")]
    private static partial void LogStopped(ILogger logger);
}
