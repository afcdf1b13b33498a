using System.CommandLine;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.Commands;

/// <summary><c>migrate</c>: creates or upgrades every schema; safe to run from many hosts at once.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", "Create or upgrade all schemas.");
        command.SetAction(async (_, ct) =>
        {
            var builder = Host.CreateApplicationBuilder();
            var options = StorageOptions.Read(builder.Configuration, builder.Environment);
            builder.Services.AddStorage(options);
            builder.Services.AddSingleton<SchemaMigration>();
            using var host = builder.Build();
            await host.Services.GetRequiredService<SchemaMigration>().RunAsync(ct);
            return ExitCodes.Done;
        });
        return command;
    }
}
