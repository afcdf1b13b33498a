using System.CommandLine;
using Npgsql;
using Spectre.Console;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Events;
using WeComSync.Worker.Tenants;

namespace WeComSync.Worker.Commands.Tenants;

/// <summary><c>tenants apply FILE</c>: makes the tenants of a file what the file says.</summary>
internal static class TenantsApplyCommand
{
    private const string Help = """
        Create or update the tenants of FILE, all of them or none.

        FILE is a JSON array of tenants and says everything about those it lists: a block, schedule or key that it
        leaves out is removed or goes back to its default. Tenants that it does not list stay as they are. A value
        may be {"env":"NAME"} or {"file":"PATH"} instead of a string. Applying the same file again changes nothing.
        """;

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The tenant file." };
        var command = new Command("apply", Help) { file, CommandOutput.JsonOption() };
        command.SetAction(async (parse, ct) =>
        {
            // Before anything else: a wrong file is found without a database.
            var entries = await TenantFile.ReadAsync(parse.GetRequiredValue(file), ct);
            return await WorkerHost.RunAsync(
                builder =>
                {
                    builder.Services.AddSingleton(CallbackAddresses.Read(builder.Configuration));
                    builder.Services.AddSingleton<TenantApply>();
                },
                async (services, stop) =>
                {
                    var applied = await services.GetRequiredService<TenantApply>().RunAsync(entries, stop);
                    await EventReplay.WakeAsync(
                        services.GetRequiredService<NpgsqlDataSource>(),
                        [.. applied.Tenants.Where(t => t.Result == ApplyOutcome.Updated).Select(t => t.Id)],
                        stop);
                    CommandOutput.Write(parse, applied, console => Print(console, applied));
                    foreach (var warning in applied.Warnings)
                    {
                        await Console.Error.WriteLineAsync(warning);
                    }

                    return ExitCodes.Done;
                },
                ct);
        });
        return command;
    }

    private static void Print(IAnsiConsole console, AppliedFile applied)
    {
        foreach (var tenant in applied.Tenants)
        {
            var changed = tenant.Changed.Count > 0 ? $" ({string.Join(", ", tenant.Changed)})" : "";
            var resumed = tenant.Resumed ? "; it was stopped and goes on" : "";
            console.WriteText($"{tenant.Key}: {EnumText.Of(tenant.Result)}{changed}{resumed}");
            foreach (var callback in tenant.Callbacks)
            {
                var hint = callback.Ready ? "" : "  (no token and encodingAesKey yet)";
                console.WriteText($"  {EnumText.Of(callback.Channel),-9}  {callback.Url ?? callback.Path}{hint}");
            }
        }
    }
}
