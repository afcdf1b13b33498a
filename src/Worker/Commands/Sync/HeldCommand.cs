using System.CommandLine;
using System.Globalization;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Customers;

namespace WeComSync.Worker.Commands.Sync;

/// <summary><c>held list|approve|discard TENANT</c>: removals that wait for a person.</summary>
internal static class HeldCommand
{
    private const string ApproveHelp = """
        Approve held removals and carry them out: reads the directory again, or the customers where only theirs are approved, and removes
        what is still missing.

        Without ID, all of them; with --run, those that waited when one run ended. Exit codes are those of 'sync'.
        """;

    private const string DiscardHelp = """
        Keep the rows of held removals for as long as WeCom does not return them; nobody is asked about them again.

        Without ID, all of them; with --run, those that waited when one run ended. A row that comes back and vanishes later is asked about anew.
        """;

    public static Command Create() =>
        new("held", "List, approve or discard the removals that the guard holds.") { List(), Approve(), Discard() };

    private static Command List()
    {
        var tenant = TenantArgument();
        var command = new Command("list", "List held removals with names, departments, what goes with them and when each was last seen.") { tenant, CommandOutput.JsonOption() };
        command.SetAction((parsed, ct) => WorkerHost.RunAsync(
            builder => builder.AddSync(),
            async (services, stop) =>
            {
                var found = await TenantLookup.FindAsync(services, parsed.GetRequiredValue(tenant), stop);
                var held = services.GetRequiredService<HeldRemovals>();
                var removals = await held.ListAsync(found.Id, stop);
                var departments = await held.DepartmentsAsync(found.Id, stop);
                var belongings = await held.BelongingsAsync(found.Id, stop);
                var shown = removals.Select(r => HeldOverview.Of(r, departments, belongings)).ToList();
                CommandOutput.Write(parsed, new { tenant = found.Key, removals = shown }, console =>
                {
                    if (shown.Count == 0)
                    {
                        console.WriteText("No removals are held.");
                        return;
                    }

                    var table = ResultTable.Create(console, "RUN", "KIND", "ID", "NAME", "DEPARTMENTS", "WITH", "LAST SEEN", "DECISION", "BY");
                    foreach (var removal in shown)
                    {
                        table.Add(
                            removal.Run.ToString(CultureInfo.InvariantCulture), removal.Kind, removal.Id, removal.Name ?? "-", removal.Departments ?? "-",
                            removal.With.Count == 0 ? "-" : string.Join(", ", removal.With.Select(w => $"{w.Value} {w.Key}")), ResultTable.Time(removal.LastSeenAt), EnumText.Of(removal.Decision), removal.DecidedBy ?? "-");
                    }

                    console.Write(table);
                });
                return ExitCodes.Done;
            },
            ct));
        return command;
    }

    private static Command Approve()
    {
        var (tenant, ids, run) = (TenantArgument(), IdsArgument(), RunOption());
        var command = new Command("approve", ApproveHelp) { tenant, ids, run, CommandOutput.JsonOption() };
        command.SetAction((parsed, ct) => WorkerHost.RunAsync(
            builder => builder.AddSync(),
            async (services, stop) =>
            {
                var found = await TenantLookup.FindAsync(services, parsed.GetRequiredValue(tenant), stop);
                await DecideAsync(services, found, HeldDecision.Approved, parsed.GetValue(run), parsed.GetValue(ids) ?? [], stop);
                var approved = (await services.GetRequiredService<HeldRemovals>().ListAsync(found.Id, stop))
                    .Where(r => r.Decision == HeldDecision.Approved).Select(r => CustomerTables.Entities.Contains(r.Entity)).ToHashSet();
                if (approved.Count > 1)
                {
                    Console.Error.WriteLine($"Removals of customers are approved too: `sync {found.Key} customers` carries those out.");
                }

                // Without the company's list of ids only a full sync proves that somebody is gone; with it, it costs nothing to be as thorough.
                var kind = approved.Contains(false) ? SyncKind.Full : SyncKind.Customers;
                return await SyncCommand.RunAsync(parsed, services, found, kind, new SyncRequest { Trigger = SyncTrigger.Command }, stop);
            },
            ct));
        return command;
    }

    private static Command Discard()
    {
        var (tenant, ids, run) = (TenantArgument(), IdsArgument(), RunOption());
        var command = new Command("discard", DiscardHelp) { tenant, ids, run, CommandOutput.JsonOption() };
        command.SetAction((parsed, ct) => WorkerHost.RunAsync(
            builder => builder.AddSync(),
            async (services, stop) =>
            {
                var found = await TenantLookup.FindAsync(services, parsed.GetRequiredValue(tenant), stop);
                var count = await DecideAsync(services, found, HeldDecision.Discarded, parsed.GetValue(run), parsed.GetValue(ids) ?? [], stop);
                CommandOutput.Write(
                    parsed, new { tenant = found.Key, discarded = count },
                    console => console.WriteText($"{count} removals of {found.Key} discarded: the rows stay until WeCom returns them again."));
                return ExitCodes.Done;
            },
            ct));
        return command;
    }

    /// <summary>Notes what the operator at this terminal decided.</summary>
    /// <exception cref="BadInputException">It is about nothing that is held.</exception>
    public static async Task<int> DecideAsync(
        IServiceProvider services, Tenant tenant, HeldDecision decision, long? run, IReadOnlyCollection<string> ids, CancellationToken ct)
    {
        var count = await services.GetRequiredService<HeldRemovals>().DecideAsync(
            tenant.Id, decision, run, ids, $"command line, {Environment.UserName}", ct);
        return count > 0
            ? count
            : throw new BadInputException(
                run is null
                    ? $"Tenant {tenant.Key} has no such held removal; nothing was changed. `held list {tenant.Key}` shows them."
                    : $"Nothing that waited when run {run} of tenant {tenant.Key} ended waits still; nothing was changed. `held list {tenant.Key}` shows what does.");
    }

    private static Argument<string> TenantArgument() => new("TENANT") { Description = "The tenant's key." };

    private static Argument<string[]> IdsArgument() => new("ID")
    {
        Description = "User, department, tag or customer ids; none for all.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static Option<long?> RunOption() => new("--run") { Description = "Only what waited when run RUN ended.", HelpName = "RUN" };
}

/// <summary>One held removal as people see it.</summary>
/// <param name="Run">The run that missed the row first.</param>
/// <param name="Kind">Kind of row.</param>
/// <param name="Id">Its key; several parts with a slash.</param>
/// <param name="Name">What a person knows it by.</param>
/// <param name="Departments">Where a person is, by the mirror.</param>
/// <param name="With">How many rows of which kind belong to it, stay with it and go with it.</param>
/// <param name="LastSeenAt">When WeCom last returned it.</param>
/// <param name="Decision">Pending, approved or discarded.</param>
/// <param name="DecidedBy">Who decided.</param>
internal sealed record HeldOverview(
    long Run, string Kind, string Id, string? Name, string? Departments, IReadOnlyDictionary<string, long> With, DateTimeOffset LastSeenAt, HeldDecision Decision,
    string? DecidedBy)
{
    private static readonly IReadOnlyDictionary<string, long> Nothing = new Dictionary<string, long>();

    public static HeldOverview Of(
        HeldRemoval removal, IReadOnlyDictionary<string, string> departments, IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> belongings)
    {
        using var key = System.Text.Json.JsonDocument.Parse(removal.Key);
        var id = string.Join('/', key.RootElement.EnumerateObject().Select(p => p.Value.ToString()));
        return new HeldOverview(
            removal.RunId, removal.Entity, id, removal.Name, removal.Entity == "user" ? departments.GetValueOrDefault(id) : null,
            belongings.GetValueOrDefault(HeldRemovals.NameOf(removal), Nothing), removal.LastSeenAt, removal.Decision, removal.DecidedBy);
    }
}
