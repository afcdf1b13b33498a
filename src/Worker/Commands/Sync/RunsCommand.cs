using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Commands.Sync;

/// <summary><c>runs cancel RUN</c>: asks a run to stop, wherever it runs.</summary>
internal static class RunsCommand
{
    public static Command Create() => new("runs", "Stop a run that is under way.") { Cancel() };

    private static Command Cancel()
    {
        var run = new Argument<long>("RUN") { Description = "The run's number, as `status` shows it." };
        var command = new Command("cancel", "Ask a run to stop. It does within seconds, and writes nothing.") { run, CommandOutput.JsonOption() };
        command.SetAction((parsed, ct) => WorkerHost.RunAsync(
            builder => builder.AddSync(),
            async (services, stop) =>
            {
                var id = parsed.GetRequiredValue(run);
                if (!await services.GetRequiredService<SyncRuns>().RequestCancelAsync(id, tenantId: null, stop))
                {
                    await using var db = await services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync(stop);
                    var known = await db.SyncRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, stop);
                    throw new BadInputException(
                        known is null ? $"There is no run {id}. `status` shows those under way." : $"Run {id} is not under way: it ended {EnumText.Of(known.State)}.");
                }

                CommandOutput.Write(parsed, new { run = id, cancelRequested = true }, console => console.WriteText($"Run {id} is asked to stop."));
                return ExitCodes.Done;
            },
            ct));
        return command;
    }
}
