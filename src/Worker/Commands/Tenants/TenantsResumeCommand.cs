using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Events;

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
                var resumed = await ResumeAsync(db, wanted, services.GetRequiredService<TimeProvider>(), stop);
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

    /// <returns>False if the tenant was neither stopped nor slowed.</returns>
    /// <exception cref="BadInputException">There is no such tenant.</exception>
    private static async Task<bool> ResumeAsync(SyncDbContext db, string key, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync($"SELECT FROM control.tenants WHERE key = {key} FOR UPDATE", ct);
        var tenant = await db.Tenants.SingleOrDefaultAsync(tenant => tenant.Key == key, ct)
            ?? throw new BadInputException($"There is no tenant '{key}'; nothing was changed. 'tenants list' shows their keys.");
        if (tenant.State == TenantState.Active)
        {
            return false;
        }

        tenant.Resume();
        tenant.ChangedAt = clock.GetUtcNow();
        await db.SaveChangesAsync(ct);
        await db.Database.ExecuteSqlAsync($"SELECT pg_notify({TenantChanges.Channel}, {tenant.Id}::text)", ct);
        await transaction.CommitAsync(ct);
        return true;
    }
}
