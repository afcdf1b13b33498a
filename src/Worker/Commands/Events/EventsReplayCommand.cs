using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Events;

namespace WeComSync.Worker.Commands.Events;

/// <summary><c>events replay TENANT ID|--failed|--parked|--ignored</c>: makes events wait again.</summary>
internal static class EventsReplayCommand
{
    public static Command Create()
    {
        var key = EventsCommand.TenantArgument();
        var id = new Argument<long?>("ID") { Description = "One event.", Arity = ArgumentArity.ZeroOrOne };
        var states = new Dictionary<EventState, Option<bool>>
        {
            [EventState.Failed] = new("--failed") { Description = "All that failed and will be tried again." },
            [EventState.Parked] = new("--parked") { Description = "All that were given up until their cause is over." },
            [EventState.Ignored] = new("--ignored") { Description = "All that had no handler." },
        };
        var command = new Command("replay", "Let events be applied again: one, or all of one state.") { key, id, CommandOutput.JsonOption() };
        foreach (var option in states.Values)
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if ((result.GetValue(id) is null ? 0 : 1) + states.Values.Count(result.GetValue) != 1)
            {
                result.AddError("Give one ID, or one of --failed, --parked and --ignored.");
            }
        });
        command.SetAction((parse, ct) => WorkerHost.RunAsync(
            builder => builder.Services.AddSingleton<EventReplay>(),
            async (services, stop) =>
            {
                await using var db = await services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync(stop);
                var tenant = await EventsCommand.FindTenantAsync(db, parse.GetRequiredValue(key), stop);
                var state = states.Where(s => parse.GetValue(s.Value)).Select(s => (EventState?)s.Key).FirstOrDefault();
                var replayed = await services.GetRequiredService<EventReplay>().RunAsync(tenant.Id, parse.GetValue(id), state, stop);
                CommandOutput.Write(
                    parse,
                    new { tenant.Key, Replayed = replayed },
                    console => console.WriteText(replayed == 0
                        ? "Nothing to replay: there is no such event, it waits already, somebody works on it, or its payload is gone."
                        : $"{tenant.Key}: {replayed} events wait to be applied"));
                return ExitCodes.Done;
            },
            ct));
        return command;
    }
}
