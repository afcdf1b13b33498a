using System.CommandLine;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.Commands;

/// <summary><c>serve</c>: scheduler, job server, dashboard and console, until a signal stops it. The default command.</summary>
internal static class ServeCommand
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
        await app.RunAsync(ct);
        return ExitCodes.Done;
    }
}
