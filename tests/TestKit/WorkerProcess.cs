namespace WeComSync.TestKit;

/// <summary>Runs the built worker as operators do.</summary>
public static class WorkerProcess
{
    /// <summary>Starts the worker on a database; <paramref name="environment"/> adds and overrides settings.</summary>
    public static HostProcess Start(string connectionString, IEnumerable<string> arguments, params (string Name, string? Value)[] environment)
    {
        var settings = new Dictionary<string, string?> { ["ConnectionStrings__WeComSync"] = connectionString };
        foreach (var (name, value) in environment)
        {
            settings[name] = value;
        }

        return HostProcess.Start("WeComSync.Worker.dll", arguments, settings);
    }

    /// <summary>Runs one command to its end.</summary>
    public static async Task<ProcessResult> RunAsync(
        string connectionString, IEnumerable<string> arguments, params (string Name, string? Value)[] environment)
    {
        await using var worker = Start(connectionString, arguments, environment);
        return await worker.WaitForExitAsync();
    }
}
