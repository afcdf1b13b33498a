using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Commands.Sync;

/// <summary><c>sync TENANT full</c>: one run now, in this process.</summary>
internal static class SyncCommand
{
    public static Command Create()
    {
        var tenant = new Argument<string>("TENANT") { Description = "The tenant's key." };
        var kind = new Argument<string>("KIND") { Description = "What to read." };
        kind.AcceptOnlyFromAmong([.. SyncRunner.Available.Select(EnumText.Of)]);
        var dryRun = new Option<bool>("--dry-run") { Description = "Compare only; write nothing into the mirror." };
        var approve = new Option<long>("--approve")
        {
            Description = "Read again, and remove what run RUN held if it is still missing.",
            HelpName = "RUN",
        };
        var command = new Command("sync", "Run one sync now and show its progress.")
        {
            tenant, kind, dryRun, approve, CommandOutput.JsonOption(),
        };
        command.SetAction((parsed, ct) => WorkerHost.RunAsync(
            builder => builder.AddSync(),
            async (services, stop) =>
            {
                var found = await FindAsync(services, parsed.GetRequiredValue(tenant), stop);
                var request = new SyncRequest
                {
                    Trigger = SyncTrigger.Command,
                    DryRun = parsed.GetValue(dryRun),
                    ApprovedRun = await CheckApprovedAsync(services, found, parsed.GetValue(approve), stop),
                };
                var report = await RunAsync(services, found, EnumText.Parse<SyncKind>(parsed.GetRequiredValue(kind)), request, stop);
                SyncOutput.Write(parsed, found.Key, report);
                return ExitCode(report);
            },
            ct));
        return command;
    }

    private static async Task<SyncReport> RunAsync(
        IServiceProvider services, Tenant tenant, SyncKind kind, SyncRequest request, CancellationToken ct)
    {
        await using var progress = new SyncProgress();
        try
        {
            return await services.GetRequiredService<SyncRunner>().RunAsync(
                tenant.Id, kind, request with { Started = progress.Follow }, ct);
        }
        catch (RunInProgressException running)
        {
            throw new CommandFailedException(
                $"{running.Message} Wait until it ends (`status` shows it), or stop that process; then run the command again.");
        }
    }

    private static async Task<Tenant> FindAsync(IServiceProvider services, string key, CancellationToken ct)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync(ct);
        var tenant = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Key == key, ct)
            ?? throw new BadInputException($"There is no tenant '{key}'. `tenants list` shows them, `tenants apply FILE` adds one.", []);
        return tenant.Enabled
            ? tenant
            : throw new CommandFailedException($"Tenant {key} is disabled. Set \"enabled\": true in its file and run `tenants apply`.");
    }

    private static async Task<long> CheckApprovedAsync(IServiceProvider services, Tenant tenant, long run, CancellationToken ct)
    {
        if (run == 0)
        {
            return 0;
        }

        await using var db = await services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync(ct);
        return await db.HeldRemovals.AnyAsync(h => h.TenantId == tenant.Id && h.RunId == run && h.Decision == HeldDecision.Pending, ct)
            ? run
            : throw new BadInputException($"Run {run} of tenant {tenant.Key} holds no removals. `status` shows the runs that do.", []);
    }

    private static int ExitCode(SyncReport report) => report.State switch
    {
        RunState.Done when report.Total.Held > 0 => ExitCodes.Held,
        RunState.Done => ExitCodes.Done,
        RunState.Partial => ExitCodes.Partial,
        RunState.Stopped => ExitCodes.Stopped,
        _ => ExitCodes.Failed,
    };
}
