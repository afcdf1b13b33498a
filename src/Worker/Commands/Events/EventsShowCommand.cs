using System.CommandLine;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Spectre.Console;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Commands.Events;

/// <summary><c>events show TENANT ID</c>: one event. What it says is personal data: shown only on request, and the request is recorded.</summary>
internal static class EventsShowCommand
{
    public static Command Create()
    {
        var key = EventsCommand.TenantArgument();
        var id = new Argument<long>("ID") { Description = "The event's id, as 'events list' shows it." };
        var reveal = new Option<bool>("--reveal") { Description = "Also show what the event says; that somebody read it is recorded." };
        var command = new Command("show", "Show one event.") { key, id, reveal, CommandOutput.JsonOption() };
        command.SetAction((parse, ct) => WorkerHost.RunAsync(
            _ => { },
            async (services, stop) =>
            {
                await using var db = await services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync(stop);
                var tenant = await EventsCommand.FindTenantAsync(db, parse.GetRequiredValue(key), stop);
                var wanted = parse.GetRequiredValue(id);
                var found = await db.CallbackEvents.AsNoTracking().SingleOrDefaultAsync(e => e.TenantId == tenant.Id && e.Id == wanted, stop)
                    ?? throw new BadInputException($"Tenant {tenant.Key} has no event {wanted}.");
                var payload = parse.GetValue(reveal)
                    ? await RevealAsync(db, services.GetRequiredService<SecretProtector>(), services.GetRequiredService<TimeProvider>(), found, stop)
                    : null;
                var overview = EventOverview.Of(found);
                CommandOutput.Write(parse, new { Event = overview, Payload = payload }, console => Print(console, overview, payload));
                return ExitCodes.Done;
            },
            ct));
        return command;
    }

    /// <summary>Recorded before it is read.</summary>
    internal static async Task<string?> RevealAsync(
        SyncDbContext db, SecretProtector protector, TimeProvider clock, CallbackEvent found, CancellationToken ct)
    {
        db.CallbackReveals.Add(new CallbackReveal
        {
            TenantId = found.TenantId,
            EventId = found.Id,
            At = clock.GetUtcNow(),
            By = $"{Environment.UserName}@{Environment.MachineName}",
        });
        await db.SaveChangesAsync(ct);
        return found.Payload is null
            ? null
            : Encoding.UTF8.GetString(protector.Unprotect(found.TenantId, SecretFields.CallbackPayload, found.Payload));
    }

    private static void Print(IAnsiConsole console, EventOverview e, string? payload)
    {
        console.WriteText($"Event     {e.Id}: {e.Event} {e.ChangeType} on channel {EnumText.Of(e.Channel)}");
        console.WriteText($"Object    {e.ObjectKey ?? "-"}");
        console.WriteText($"Happened  {ResultTable.Time(e.CreateTime)}, received {ResultTable.Time(e.ReceivedAt)}");
        console.WriteText($"State     {EnumText.Of(e.State)} {ResultTable.Time(e.AppliedAt)}, {e.Tries} tries{(e.RunId is { } run ? $", run {run}" : "")}");
        if (e.Error is { } why)
        {
            console.WriteText($"Why       {why}");
        }

        if (payload is not null)
        {
            console.WriteText($"Payload   {payload}");
        }
    }
}
