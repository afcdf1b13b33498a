using System.Globalization;
using Spectre.Console;
using WeComSync.Domain.Runs;

namespace WeComSync.Worker.Commands.Sync;

/// <summary>Shows a run while it goes on, on stderr: a bar on a terminal, otherwise a line for each phase and every few seconds.</summary>
internal sealed class SyncProgress : IAsyncDisposable
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PlainLine = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource stop = new();
    private Task showing = Task.CompletedTask;

    /// <summary>Begins to show a run.</summary>
    public void Follow(SyncRun run) => showing = Console.IsErrorRedirected ? ShowLinesAsync(run) : ShowBarAsync(run);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await showing;
        stop.Dispose();
    }

    private async Task ShowBarAsync(SyncRun run)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(run.Phase);
                while (!stop.IsCancellationRequested)
                {
                    bar.Description = Markup.Escape(Line(run));
                    bar.IsIndeterminate = run.Expected == 0;
                    bar.MaxValue = Math.Max(1, run.Expected);
                    bar.Value = Math.Min(run.Read, run.Expected);
                    await PauseAsync(Refresh);
                }

                bar.IsIndeterminate = false;
                bar.Value = bar.MaxValue;
            });
    }

    private async Task ShowLinesAsync(SyncRun run)
    {
        var shown = "";
        while (!stop.IsCancellationRequested)
        {
            var line = Line(run);
            if (line != shown)
            {
                await Console.Error.WriteLineAsync(line);
                shown = line;
            }

            // How much there is to read is known a moment after a phase began.
            var (phase, expected) = (run.Phase, run.Expected);
            for (var waited = TimeSpan.Zero;
                waited < PlainLine && (phase, expected) == (run.Phase, run.Expected) && !stop.IsCancellationRequested;
                waited += Refresh)
            {
                await PauseAsync(Refresh);
            }
        }
    }

    private static string Line(SyncRun run) => run switch
    {
        { Expected: > 0, Phase: "details" } =>
            string.Create(CultureInfo.InvariantCulture, $"{run.Phase}: {run.Read} people read, about {run.Expected} expected"),
        { Expected: > 0, Phase: "members" } =>
            string.Create(CultureInfo.InvariantCulture, $"{run.Phase}: {run.Read} of {run.Expected} read, {run.ApiCalls} pages"),
        _ => run.Phase,
    };

    private async Task PauseAsync(TimeSpan time)
    {
        try
        {
            await Task.Delay(time, stop.Token);
        }
        catch (OperationCanceledException)
        {
        }
    }
}
