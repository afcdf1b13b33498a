using System.Globalization;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Jobs;

/// <summary>Settings of the job server, read and checked once at start.</summary>
internal sealed record JobOptions
{
    /// <summary><c>Jobs:Workers</c>: jobs that this process runs at once. Most of a sync is waiting for WeCom.</summary>
    public int Workers { get; init; } = 8;

    /// <exception cref="ConfigurationException">A setting is wrong.</exception>
    public static JobOptions Read(IConfiguration configuration)
    {
        var options = new JobOptions();
        if (configuration["Jobs:Workers"] is { Length: > 0 } text)
        {
            options = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var workers) && workers is >= 1 and <= 100
                ? options with { Workers = workers }
                : throw new ConfigurationException($"Jobs:Workers is '{text}'; it must be a whole number from 1 to 100.");
        }

        return options;
    }
}
