using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using WeComSync.Domain.Runs;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Commands.Sync;

/// <summary>Prints how a sync ended: a row for each kind of object, then what was wrong and what to do.</summary>
internal static class SyncOutput
{
    /// <summary>More errors than these are counted, not printed; the run keeps them all.</summary>
    private const int ErrorsShown = 20;

    /// <summary>The option that asks for CSV.</summary>
    public const string CsvName = "--csv";

    /// <param name="parsed">Says in which form.</param>
    /// <param name="tenant">Its key.</param>
    /// <param name="kind">What was asked for.</param>
    /// <param name="report">How it ended.</param>
    /// <param name="approvable">Runs by whose ids what waits for a person can be approved.</param>
    /// <param name="ofCustomers">The same for the check of customers that the sync ended with.</param>
    public static void Write(
        ParseResult parsed, string tenant, SyncKind kind, SyncReport report, IReadOnlyList<long> approvable, IReadOnlyList<long> ofCustomers)
    {
        if (parsed.CommandResult.Command.Options.Any(o => o.Name == CsvName) && parsed.GetValue<bool>(CsvName))
        {
            PlannedCsv.Write([.. report.Planned, .. report.Customers?.Planned ?? []]);
        }
        else
        {
            CommandOutput.Write(parsed, Json(tenant, kind, report, approvable, ofCustomers), console =>
            {
                Text(console, tenant, report);
                if (report.Customers is { } customers)
                {
                    console.WriteLine("Customers:");
                    Text(console, tenant, customers);
                }
            });
        }

        foreach (var line in new[] { report.Error, report.Action, report.Customers?.Error, report.Customers?.Action }.OfType<string>())
        {
            Console.Error.WriteLine(PlainText.OneLine(line));
        }
    }

    private static object Json(
        string tenant, SyncKind kind, SyncReport report, IReadOnlyList<long> approvable, IReadOnlyList<long> ofCustomers) => new
    {
        tenant,
        kind,
        run = report.RunId,
        report.State,
        report.DryRun,
        seconds = Math.Round(report.Duration.TotalSeconds, 3),
        report.ApiCalls,
        fetched = report.Total.Read,
        added = report.Total.Created + report.Total.Restored,
        changed = report.Total.Changed + report.Total.Renamed,
        report.Total.Removed,
        report.Total.Unchanged,
        held = new { removals = report.Total.Held, runs = approvable },
        errors = report.Errors,
        report.Counts,
        report.Warnings,
        steps = report.Steps.Count > 0 ? report.Steps : null,
        report.Drift,
        report.Fields,
        report.Error,
        report.Action,
        planned = report.DryRun || report.Steps.Count > 0 ? report.Planned : null,
        customers = report.Customers is { } customers ? Json(tenant, kind, customers, ofCustomers, []) : null,
    };

    private static void Text(IAnsiConsole console, string tenant, SyncReport report)
    {
        foreach (var step in report.Steps)
        {
            console.WriteLine(PlainText.OneLine(step));
        }

        if (report.RunId > 0)
        {
            var table = new Table().Border(console.Profile.Capabilities.Ansi ? TableBorder.Rounded : TableBorder.None);
            table.AddColumn("");
            string[] titles = ["fetched", "added", "changed", "removed", "unchanged", "held", "errors"];
            foreach (var title in titles)
            {
                table.AddColumn(new TableColumn(title).RightAligned());
            }

            foreach (var (entity, counts) in report.Counts)
            {
                Row(table, entity, counts, report.Errors.Count(e => e.Entity == entity));
            }

            Row(table, "total", report.Total, report.Errors.Count);
            console.Write(table);
            if (report.Total.RemovedAlong > 0)
            {
                var along = report.Counts.Where(c => c.Value.RemovedAlong > 0).Select(c => $"{c.Value.RemovedAlong} {c.Key}");
                console.WriteText($"Removed with what they belong to, and not counted above: {string.Join(", ", along)}.");
            }

            foreach (var change in report.Planned)
            {
                console.WriteText(Describe(change));
            }

            foreach (var error in report.Errors.Take(ErrorsShown))
            {
                console.WriteLine(PlainText.OneLine($"{error.Entity} {error.Key ?? "(all)"}: {error.Message}"));
            }

            if (report.Errors.Count > ErrorsShown)
            {
                console.WriteLine($"… and {report.Errors.Count - ErrorsShown} more, kept with run {report.RunId} in control.sync_errors.");
            }
        }

        if (report is { DryRun: false, Drift: { } drift })
        {
            foreach (var (entity, found) in drift)
            {
                console.WriteText($"Not told by any event before: {entity} {Describe(found)}");
            }
        }

        if (report.Fields.Any(f => !f.Granted))
        {
            console.WriteText($"Fields that WeCom withholds: {string.Join(", ", report.Fields.Where(f => !f.Granted).Select(Describe))}.");
        }

        foreach (var warning in report.Warnings)
        {
            console.WriteLine(PlainText.OneLine($"Note: {warning}"));
        }

        console.WriteLine(Last(tenant, report));
    }

    private static string Describe(PlannedChange change)
    {
        var fields = change.Op is "created" ? [] : change.Fields.Select(f => $"{f.Field}: {Value(f.Old)} -> {Value(f.New)}");
        return $"{change.Op} {change.Entity} {PlannedCsv.Id(change)}{(change.Name is null ? "" : $" {change.Name}")} {string.Join(", ", fields)}".TrimEnd();
    }

    private static string Value(JsonElement? value) => value is { ValueKind: not JsonValueKind.Null } given ? given.ToString() : "(none)";

    private static string Describe(KindDrift drift)
    {
        (int Count, string Words)[] parts =
        [
            (drift.Created, "created"), (drift.Restored, "restored"), (drift.Renamed, "renamed"), (drift.Removed, "removed"), (drift.Held, "held"),
        ];
        var fields = string.Join(", ", drift.Fields.Select(f => $"{f.Key} {f.Value}"));
        return string.Join(", ", [
            .. parts.Where(p => p.Count > 0).Select(p => $"{p.Count} {p.Words}"), .. drift.Changed > 0 ? [$"{drift.Changed} changed ({fields})"] : Array.Empty<string>(),
        ]);
    }

    private static string Describe(GrantedField field) =>
        field.LastReturnedAt is { } at ? $"{field.Field} (kept from {ResultTable.Time(at)})" : field.Field;

    private static string Last(string tenant, SyncReport report) => report.RunId == 0
        ? $"{tenant} is stopped; no call was made."
        : string.Create(
            CultureInfo.InvariantCulture,
            $"Run {report.RunId} of {tenant}: {(report.DryRun ? "dry run " : "")}{Words(report.State)} in {report.Duration.TotalSeconds:0.0} s with {report.ApiCalls} API calls.");

    private static string Words(RunState state) => state switch
    {
        RunState.Partial => "done in part",
        _ => state.ToString().ToLowerInvariant(),
    };

    private static void Row(Table table, string name, KindCounts counts, int errors)
    {
        int[] numbers =
        [
            counts.Read, counts.Created + counts.Restored, counts.Changed + counts.Renamed, counts.Removed, counts.Unchanged, counts.Held, errors,
        ];
        table.AddRow([name, .. numbers.Select(n => n.ToString("N0", CultureInfo.InvariantCulture))]);
    }
}
