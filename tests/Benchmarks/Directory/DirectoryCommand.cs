namespace WeComSync.Benchmarks.Directory;

/// <summary><c>directory</c>: see <see cref="DirectoryOptions.Help"/>.</summary>
internal static class DirectoryCommand
{
    /// <returns>0; 1 when a goal that was to be checked is missed; 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        DirectoryOptions options;
        try
        {
            options = DirectoryOptions.Parse(args);
        }
        catch (FormatException mistake)
        {
            await Console.Error.WriteLineAsync(mistake.Message);
            return 2;
        }

        var report = await new DirectoryBenchmark(options, Console.Error.WriteLine).RunAsync(CancellationToken.None);
        Console.Write(report.ToText());
        if (options.JsonFile is { } file)
        {
            await File.WriteAllTextAsync(file, report.ToJson());
        }

        string[] missed = [.. options.CheckSpeed ? report.MissedSpeed() : [], .. options.CheckCounts ? report.MissedCounts() : []];
        foreach (var goal in missed)
        {
            Console.WriteLine($"missed: {goal}");
        }

        return missed.Length == 0 ? 0 : 1;
    }
}
