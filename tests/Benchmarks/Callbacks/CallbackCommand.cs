namespace WeComSync.Benchmarks.Callbacks;

/// <summary><c>callbacks</c>: see <see cref="CallbackBenchmarkOptions.Help"/>.</summary>
internal static class CallbackCommand
{
    /// <returns>0; 1 when a goal that was to be checked is missed; 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        CallbackBenchmarkOptions options;
        try
        {
            options = CallbackBenchmarkOptions.Parse(args);
        }
        catch (FormatException mistake)
        {
            await Console.Error.WriteLineAsync(mistake.Message);
            return 2;
        }

        var report = new CallbackReport(options);
        await new AcceptBenchmark(options, report, Console.Error.WriteLine).RunAsync(CancellationToken.None);
        await new ApplyBenchmark(options, report, Console.Error.WriteLine).RunAsync(CancellationToken.None);
        Console.Write(report.ToText());
        var missed = report.Missed().ToList();
        foreach (var goal in missed)
        {
            Console.WriteLine($"missed: {goal}");
        }

        return options.Check && missed.Count > 0 ? 1 : 0;
    }
}
