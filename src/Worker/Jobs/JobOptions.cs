using System.Globalization;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Jobs;

/// <summary>Settings of the job server, read and checked once at start.</summary>
internal sealed record JobOptions
{
    /// <summary><c>Jobs:Workers</c>: jobs that this process runs at once. Most of a sync is waiting for WeCom.</summary>
    public int Workers { get; init; } = 8;

    /// <summary><c>Jobs:EventWorkers</c>: tenants whose events this process applies at once, and single events that failed before.</summary>
    public int EventWorkers { get; init; } = 8;

    /// <summary>
    /// Of <see cref="Workers"/>, those that may run long syncs: a night of full syncs, or one slow company, leaves the others to the
    /// incremental ones. One in four is left, at least one where there are two.
    /// </summary>
    public int LongWorkers => Math.Max(1, Workers - Math.Max(1, Workers / 4));

    /// <summary>Of <see cref="Workers"/>, the most that one tenant may have.</summary>
    public int WorkersPerTenant => Math.Max(1, Workers / 4);

    /// <exception cref="ConfigurationException">A setting is wrong.</exception>
    public static JobOptions Read(IConfiguration configuration)
    {
        var options = new JobOptions();
        return new JobOptions
        {
            Workers = Read(configuration, "Jobs:Workers") ?? options.Workers,
            EventWorkers = Read(configuration, "Jobs:EventWorkers") ?? options.EventWorkers,
        };
    }

    private static int? Read(IConfiguration configuration, string key) =>
        configuration[key] is not { Length: > 0 } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var workers) && workers is >= 1 and <= 100 ? workers
        : throw new ConfigurationException($"{key} is '{text}'; it must be a whole number from 1 to 100.");
}
