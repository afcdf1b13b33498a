using System.CommandLine;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.Commands;

/// <summary><c>migrate</c>: creates or upgrades every schema; safe to run from many hosts at once.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", "Create or upgrade all schemas; safe to run from many hosts at once.");
        command.SetAction((_, ct) => WorkerHost.RunAsync(
            _ => { },
            async (services, stop) =>
            {
                await services.GetRequiredService<SchemaMigration>().RunAsync(stop);
                Console.WriteLine("All schemas are those of this release.");
                return ExitCodes.Done;
            },
            ct,
            DatabaseNeed.Reachable));
        return command;
    }
}
