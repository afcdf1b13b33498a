using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Spectre.Console;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Commands.Tenants;

/// <summary><c>tenants list</c>: every tenant, its state and its last runs.</summary>
internal static class TenantsListCommand
{
    public static Command Create()
    {
        var command = new Command("list", "Show every tenant, its state and its last runs.") { CommandOutput.JsonOption() };
        command.SetAction((parse, ct) => WorkerHost.RunAsync(
            _ => { },
            async (services, stop) =>
            {
                await using var db = await services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync(stop);
                var tenants = await TenantOverview.ReadAsync(db, stop);
                CommandOutput.Write(parse, new { Tenants = tenants }, console => Print(console, tenants));
                return ExitCodes.Done;
            },
            ct));
        return command;
    }

    internal static void Print(IAnsiConsole console, IReadOnlyList<TenantOverview> tenants)
    {
        if (tenants.Count == 0)
        {
            console.WriteText("There are no tenants yet. 'tenants apply FILE' creates them.");
            return;
        }

        var kinds = SyncKinds.Scheduled;
        var table = ResultTable.Create(console, ["KEY", "NAME", "STATE", .. kinds.Select(kind => $"LAST {EnumText.Of(kind).ToUpperInvariant()}")]);
        foreach (var tenant in tenants)
        {
            var runs = kinds.Select(kind => Describe(tenant.LastRuns.FirstOrDefault(run => run.Kind == kind)));
            table.Add([tenant.Key, tenant.Name, EnumText.Of(tenant.State), .. runs]);
        }

        console.Write(table);
        foreach (var tenant in tenants)
        {
            if (tenant.Stopped is { } stopped)
            {
                console.WriteText(
                    $"{tenant.Key} is {(tenant.State == ShownState.Slowed ? "slowed" : "stopped")} since {ResultTable.Time(stopped.At)}: {stopped.Reason} {stopped.Action} "
                    + $"Then: 'tenants resume {tenant.Key}'.");
            }
        }
    }

    private static string Describe(RunOverview? run)
    {
        if (run is null)
        {
            return "never";
        }

        var counts = run.Counts;
        var bad = (counts.Held > 0 ? $", {counts.Held} held" : "") + (counts.Failed > 0 ? $", {counts.Failed} failed" : "");
        return $"{EnumText.Of(run.State)} {ResultTable.Time(run.FinishedAt ?? run.StartedAt)}, read {counts.Read}: "
            + $"+{counts.Created} ~{counts.Changed} -{counts.Removed}{bad}";
    }
}
