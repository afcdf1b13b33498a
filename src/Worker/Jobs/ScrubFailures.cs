using System.Text.RegularExpressions;
using Hangfire.Common;
using Hangfire.States;

namespace WeComSync.Worker.Jobs;

/// <summary>
/// Takes secrets out of a failure before Hangfire logs and stores it. Our own exceptions carry none; this is for those of libraries,
/// which like to quote an address or a connection string.
/// </summary>
internal sealed partial class ScrubFailures : JobFilterAttribute, IElectStateFilter
{
    public ScrubFailures() => Order = -1; // before AutomaticRetry, which logs the exception

    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is FailedState { Exception: { } exception } failed && Secret().IsMatch(exception.ToString()))
        {
            context.CandidateState = new FailedState(new ScrubbedException(Scrub(exception.ToString())))
            {
                Reason = failed.Reason is { } reason ? Scrub(reason) : null,
            };
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
