using System.CommandLine;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Spectre.Console;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Commands.Events;

/// <summary><c>events list TENANT</c>: the newest events, and what became of them.</summary>
internal static class EventsListCommand
{
    private const int Most = 10_000;

    public static Command Create()
    {
        var key = EventsCommand.TenantArgument();
        var state = new Option<string?>("--state") { Description = "Only events in this state." };
        state.AcceptOnlyFromAmong([.. Enum.GetValues<EventState>().Select(EnumText.Of)]);
        var limit = new Option<int>("--limit") { Description = "How many, newest first.", DefaultValueFactory = _ => 50 };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > Most)
            {
                result.AddError($"--limit must be 1 to {Most}.");
            }
        });
        var command = new Command("list", "Show a tenant's newest events and what became of them.") { key, state, limit, CommandOutput.JsonOption() };
        command.SetAction((parse, ct) => WorkerHost.RunAsync(
            _ => { },
            async (services, stop) =>
            {
                await using var db = await services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync(stop);
                var tenant = await EventsCommand.FindTenantAsync(db, parse.GetRequiredValue(key), stop);
                var wanted = parse.GetValue(state) is { } text ? EnumText.Parse<EventState>(text) : (EventState?)null;
                var found = await db.CallbackEvents.AsNoTracking()
                    .Where(e => e.TenantId == tenant.Id && (wanted == null || e.State == wanted))
                    .OrderByDescending(e => e.Id).Take(parse.GetValue(limit))
                    .Select(e => new EventOverview(
                        e.Id, e.ReceivedAt, e.CreateTime, e.Channel, e.Event, e.ChangeType, e.ObjectKey, e.State, e.Tries, e.Error, e.RunId,
                        e.AppliedAt, e.ClaimedBy))
                    .ToListAsync(stop);
                CommandOutput.Write(parse, new { Events = found }, console => Print(console, found));
                return ExitCodes.Done;
            },
            ct));
        return command;
    }

    private static void Print(IAnsiConsole console, List<EventOverview> events)
    {
        if (events.Count == 0)
        {
            console.WriteText("No events.");
            return;
        }

        var table = ResultTable.Create(console, "ID", "RECEIVED", "CHANNEL", "KIND", "OBJECT", "STATE", "TRIES", "WHY");
        foreach (var e in events)
        {
            table.Add(
                e.Id.ToString(CultureInfo.InvariantCulture), ResultTable.Time(e.ReceivedAt), EnumText.Of(e.Channel), e.ChangeType ?? e.Event,
                e.ObjectKey ?? "-", EnumText.Of(e.State), e.Tries.ToString(CultureInfo.InvariantCulture), e.Error ?? "");
        }

        console.Write(table);
    }
}
