using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Events;
using WeComSync.Worker.Tenants;

namespace WeComSync.Worker.Commands.Tenants;

/// <summary><c>tenants resume TENANT</c>: an administrator mended what had stopped a tenant.</summary>
internal static class TenantsResumeCommand
{
    public static Command Create()
    {
        var key = new Argument<string>("TENANT") { Description = "The tenant's key." };
        var command = new Command("resume", "Let a stopped tenant go on, after what stopped it was mended.") { key, CommandOutput.JsonOption() };
        command.SetAction((parse, ct) => WorkerHost.RunAsync(
            _ => { },
            async (services, stop) =>
            {
                await using var db = await services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync(stop);
                var wanted = parse.GetRequiredValue(key);
                var resumed = await TenantResume.RunAsync(db, wanted, services.GetRequiredService<TimeProvider>(), stop);
                await EventReplay.WakeAsync(
                    services.GetRequiredService<NpgsqlDataSource>(), await db.Tenants.Where(t => t.Key == wanted).Select(t => t.Id).ToListAsync(stop), stop);
                CommandOutput.Write(
                    parse,
                    new { Key = wanted, Resumed = resumed },
                    console => console.WriteText(resumed ? $"{wanted}: goes on" : $"{wanted}: was not stopped; nothing was changed"));
                return ExitCodes.Done;
            },
            ct));
        return command;
    }
}
