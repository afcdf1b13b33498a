using System.Text.RegularExpressions;
using Hangfire.Server;

namespace WeComSync.Worker.Jobs;

/// <summary>
/// Takes secrets out of a job's failure before Hangfire logs and stores it. Our own exceptions carry none; this is for those of
/// libraries, which like to quote an address or a connection string.
/// </summary>
/// <remarks>A state filter would be too late: Hangfire stores the state that a filter replaced as well.</remarks>
internal sealed partial class ScrubbingPerformer(IBackgroundJobPerformer inner) : IBackgroundJobPerformer
{
    public object Perform(PerformContext context)
    {
        try
        {
            return inner.Perform(context);
        }
        catch (JobPerformanceException failure) when (failure.InnerException is { } cause && Secret().IsMatch(cause.ToString()))
        {
            throw new JobPerformanceException(failure.Message, new ScrubbedException(Scrub(cause.ToString())), failure.JobId);
        }
    }

    internal static string Scrub(string text) => Secret().Replace(text, "$1***");

    /// <summary>What follows these names, up to where a value ends.</summary>
    [GeneratedRegex(
        """((?:secret|token|ticket|password|passwd|pwd|encodingaeskey)["']?\s*[=:]\s*["']?)[^\s&;"',}]+""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Secret();
}

/// <summary>Stands for an exception whose text held a secret; its own text is that one's, without it.</summary>
internal sealed class ScrubbedException(string message) : Exception(message);
