using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Events;
using WeComSync.Worker.Tenants;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Tokens;

namespace WeComSync.Worker.Commands.Tenants;

/// <summary><c>tenants resume TENANT</c>: an administrator mended what had stopped a tenant.</summary>
internal static class TenantsResumeCommand
{
    public static Command Create()
    {
        var key = new Argument<string>("TENANT") { Description = "The tenant's key." };
        var command = new Command("resume", "Let a stopped tenant go on, after what stopped it was mended.") { key, CommandOutput.JsonOption() };
        command.SetAction((parse, ct) => WorkerHost.RunAsync(
            builder => builder.Services.AddWeComClient(builder.Configuration),
            async (services, stop) =>
            {
                await using var db = await services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync(stop);
                var wanted = parse.GetRequiredValue(key);
                var (resumed, refused) = await TenantResume.RunAsync(
                    db, services.GetRequiredService<RefusedSecrets>(), wanted, services.GetRequiredService<TimeProvider>(), stop);
                if (refused is not null)
                {
                    throw new CommandFailedException(
                        $"WeCom refused the secret of '{EnumText.Of(refused.Channel)}' at {refused.At.UtcDateTime:u}, and it is still the one entered; nothing was changed. "
                        + $"The same secret is not tried again before {refused.Until.UtcDateTime:u}: WeCom bans the address of who keeps trying. "
                        + "Enter the right one with 'tenants apply', or, if you mended it in WeCom's administration, run this again then.");
                }

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
