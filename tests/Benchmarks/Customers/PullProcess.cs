using System.Diagnostics;
using WeComSync.Benchmarks.Directory;

namespace WeComSync.Benchmarks.Customers;

/// <summary>Pulls of customers by the worker, each a process of its own.</summary>
internal static class PullProcess
{
    private static readonly string[] Arguments = ["sync", BenchmarkDatabase.TenantKey, "customers", "--json"];

    public static Task<ProcessFigures> RunAsync(SimulatorProcess simulator, BenchmarkDatabase database, CancellationToken ct) =>
        MeasuredProcess.RunAsync("WeComSync.Worker.dll", Arguments, Environment(simulator, database), ct);

    /// <summary>Kills a pull when WeCom has been called so often.</summary>
    public static async Task KillAsync(SimulatorProcess simulator, SimulatedCorp corp, BenchmarkDatabase database, int calls, CancellationToken ct)
    {
        using var worker = Process.Start(MeasuredProcess.Command("WeComSync.Worker.dll", Arguments, Environment(simulator, database)))!;
        while (!worker.HasExited && await CallsAsync(simulator, corp, ct) < calls)
        {
            await Task.Delay(20, ct);
        }

        worker.Kill();
        await worker.WaitForExitAsync(ct);
    }

    /// <summary>Calls about customers since they were last forgotten.</summary>
    public static async Task<int> CallsAsync(SimulatorProcess simulator, SimulatedCorp corp, CancellationToken ct) =>
        (await simulator.CallsAsync(corp, ct)).Where(c => c.Key.StartsWith("externalcontact/", StringComparison.Ordinal)).Sum(c => c.Value);

    /// <summary>Every chunk ends with a page that is not full; tags, members twice, and the lists of group chats.</summary>
    public static int FewestCalls(int members, int relations) => (relations / 100) + ((members + 99) / 100 * 2) + 3;

    /// <remarks>
    /// WeCom allows 10,000 calls a minute, and the worker makes 8,000: a million relations take it more than a minute whatever it does.
    /// The floor program knows no such limit, so for a comparison neither has one.
    /// </remarks>
    private static IEnumerable<(string Name, string? Value)> Environment(SimulatorProcess simulator, BenchmarkDatabase database) =>
    [
        ("ConnectionStrings__WeComSync", database.ConnectionString), ("WeCom__BaseUrl", simulator.BaseUrl),
        ("WeCom__CallsPerMinute", "1000000"), ("WeCom__CallsPerHour", "10000000"),
        ("WeCom__CallsPerMinuteOfAllTenants", "1000000"), ("WeCom__CallsPerHourOfAllTenants", "10000000"),
        ("DOTNET_ENVIRONMENT", "Development"), ("Logging__LogLevel__Default", "Warning"),
    ];
}
