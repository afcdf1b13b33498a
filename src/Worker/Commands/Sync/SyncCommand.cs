using System.CommandLine;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Commands.Sync;

/// <summary><c>sync TENANT KIND [ID]</c>: one run now, in this process.</summary>
internal static class SyncCommand
{
    private const string Help = """
        Run one sync now and show its progress.

        'full' reads everything. 'incremental' compares the ids of the whole company, and reads the details of those who
        are new or moved and of a part of the rest in turn; then it compares the ids of customers, a part of the members in turn,
        as the scheduled one does. 'customers' reads customers, their tags and group chats, and goes on where a
        broken run stopped. 'user ID', 'department ID' and 'customer ID' read one object and tell each step. '--dry-run' prints the full
        difference and writes nothing.

        Exit codes: 0 done; 1 failed, nothing half-applied; 2 wrong usage; 3 done, but removals are held ('held list');
        4 the tenant is stopped; 5 done except for what is listed.
        """;

    /// <summary>Kinds of objects that can be asked for one by one, as the change feed calls them.</summary>
    private static readonly string[] Objects = ["user", "department", WantedObject.Customer];

    public static Command Create()
    {
        var tenant = new Argument<string>("TENANT") { Description = "The tenant's key." };
        var kind = new Argument<string>("KIND") { Description = "What to read." };
        kind.AcceptOnlyFromAmong([.. SyncRunner.Available.Select(EnumText.Of), .. Objects]);
        var id = new Argument<string?>("ID") { Description = "With 'user', 'department' and 'customer': which one.", Arity = ArgumentArity.ZeroOrOne };
        var dryRun = new Option<bool>("--dry-run") { Description = "Compare only; write nothing into the mirror." };
        var approve = new Option<long>("--approve")
        {
            Description = "Read again, and remove what waited when run RUN ended if it is still missing.",
            HelpName = "RUN",
        };
        var csv = new Option<bool>(SyncOutput.CsvName) { Description = "With --dry-run: print the difference as CSV, a row for each field." };
        var command = new Command("sync", Help) { tenant, kind, id, dryRun, approve, csv, CommandOutput.JsonOption() };
        command.Validators.Add(given =>
        {
            if (given.GetValue(dryRun) && given.GetValue(approve) != 0)
            {
                given.AddError("--approve decides, and --dry-run changes nothing: use one of them.");
            }

            var ofObject = Objects.Contains(given.GetValue(kind));
            if (ofObject != given.GetValue(id) is not null)
            {
                given.AddError(ofObject ? $"Say which one: `sync TENANT {given.GetValue(kind)} ID`." : "Only 'user', 'department' and 'customer' take an ID.");
            }

            if (given.GetValue(kind) == "department" && !long.TryParse(given.GetValue(id), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                given.AddError("A department's ID is a number.");
            }

            if (ofObject && given.GetValue(approve) != 0)
            {
                given.AddError("A single object carries no approval out: use --approve with 'full', 'incremental' or 'customers'.");
            }

            if (given.GetValue(csv) && !given.GetValue(dryRun))
            {
                given.AddError("--csv prints what --dry-run finds: use both.");
            }
        });
        command.SetAction((parsed, ct) => WorkerHost.RunAsync(
            builder => builder.AddSync(),
            async (services, stop) =>
            {
                var found = await TenantLookup.FindAsync(services, parsed.GetRequiredValue(tenant), stop);
                var what = parsed.GetRequiredValue(kind);
                if (parsed.GetValue(approve) is var run and not 0)
                {
                    await RefuseOtherHalfAsync(services, found, EnumText.Parse<SyncKind>(what), run, stop);
                    await HeldCommand.DecideAsync(services, found, HeldDecision.Approved, run, [], stop);
                }

                var request = new SyncRequest { Trigger = SyncTrigger.Command, DryRun = parsed.GetValue(dryRun) };
                return Objects.Contains(what)
                    ? await RunAsync(
                        parsed, services, found, SyncKind.OneObject, request with { Object = new WantedObject(what, parsed.GetRequiredValue(id)!) }, stop)
                    : await RunAsync(parsed, services, found, EnumText.Parse<SyncKind>(what), request, stop);
            },
            ct));
        return command;
    }

    /// <summary>Runs a sync with its progress and prints how it ended.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        ParseResult parsed, IServiceProvider services, Tenant tenant, SyncKind kind, SyncRequest request, CancellationToken ct)
    {
        SyncReport report;
        await using (var progress = new SyncProgress())
        {
            try
            {
                report = await services.GetRequiredService<SyncRunner>().RunAsync(tenant.Id, kind, request with { Started = progress.Follow }, ct);
            }
            catch (RunInProgressException running)
            {
                throw new CommandFailedException(
                    $"{running.Message} Wait until it ends (`status` shows it), or stop it with `runs cancel {running.RunId}`; then run the command again.");
            }
            catch (RunLockHeldException held)
            {
                throw new CommandFailedException(held.Message);
            }
        }

        SyncOutput.Write(
            parsed, tenant.Key, kind, report, await ApprovableAsync(services, tenant, PartOf(kind), report, ct),
            report.Customers is { } customers ? await ApprovableAsync(services, tenant, MirrorPart.Customers, customers, ct) : []);
        return ExitCode(report);
    }

    /// <summary>The runs by whose ids what waits now can be approved: those that listed it first, and the one that has just told it.</summary>
    private static async Task<IReadOnlyList<long>> ApprovableAsync(
        IServiceProvider services, Tenant tenant, MirrorPart part, SyncReport report, CancellationToken ct)
    {
        var runs = await services.GetRequiredService<HeldRemovals>().RunsAsync(tenant.Id, part, ct);
        return report is { DryRun: false, Total.Held: > 0 } ? [.. runs.Append(report.RunId).Distinct()] : runs;
    }

    /// <exception cref="BadInputException">The run read the other half of the mirror, which a sync of this kind does not touch.</exception>
    private static async Task RefuseOtherHalfAsync(IServiceProvider services, Tenant tenant, SyncKind kind, long run, CancellationToken ct)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync(ct);
        var part = await db.SyncRuns.Where(r => r.TenantId == tenant.Id && r.Id == run).Select(r => (MirrorPart?)r.Part).SingleOrDefaultAsync(ct);
        if (part is { } read && read != PartOf(kind))
        {
            throw new BadInputException(
                $"Run {run} read the {EnumText.Of(read)}; nothing was changed. Use: "
                + $"sync {tenant.Key} {EnumText.Of(read == MirrorPart.Customers ? SyncKind.Customers : SyncKind.Full)} --approve {run}");
        }
    }

    private static MirrorPart PartOf(SyncKind kind) => kind == SyncKind.Customers ? MirrorPart.Customers : MirrorPart.Directory;

    /// <summary>What the process answers to how a run ended.</summary>
    public static int ExitCode(SyncReport report) => report.State switch
    {
        RunState.Done when report.Total.Held > 0 => ExitCodes.Held,
        RunState.Done => ExitCodes.Done,
        RunState.Partial => ExitCodes.Partial,
        RunState.Stopped => ExitCodes.Stopped,
        _ => ExitCodes.Failed,
    };
}
