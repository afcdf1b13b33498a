using Microsoft.Extensions.Options;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Housekeeping;

/// <summary>Section <c>Retention</c>: how long what was done is remembered. What a person must still decide on is never forgotten.</summary>
internal sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>Entries of the change feed, dropped by whole months: they live up to a month longer.</summary>
    [TimeRange("7.00:00:00", "3650.00:00:00", ErrorMessage = "Retention:Changes must be between 7 days and ten years, such as 90.00:00:00.")]
    public TimeSpan Changes { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Runs that changed something, failed or were held.</summary>
    [TimeRange("2.00:00:00", "3650.00:00:00", ErrorMessage = "Retention:Runs must be between 2 days and ten years, such as 90.00:00:00.")]
    public TimeSpan Runs { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Runs that found nothing to do: most of them.</summary>
    [TimeRange("2.00:00:00", "3650.00:00:00", ErrorMessage = "Retention:QuietRuns must be between 2 days and ten years, such as 7.00:00:00.")]
    public TimeSpan QuietRuns { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The rows that a run could not read or write.</summary>
    [TimeRange("1.00:00:00", "3650.00:00:00", ErrorMessage = "Retention:Errors must be between one day and ten years, such as 30.00:00:00.")]
    public TimeSpan Errors { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Jobs that failed for good; those that ended well go after hours.</summary>
    [TimeRange("1.00:00:00", "3650.00:00:00", ErrorMessage = "Retention:FailedJobs must be between one day and ten years, such as 30.00:00:00.")]
    public TimeSpan FailedJobs { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Incidents that are over, and the messages about them.</summary>
    [TimeRange("7.00:00:00", "3650.00:00:00", ErrorMessage = "Retention:Incidents must be between 7 days and ten years, such as 180.00:00:00.")]
    public TimeSpan Incidents { get; init; } = TimeSpan.FromDays(180);

    /// <summary>Who read the payload of which event.</summary>
    [TimeRange("30.00:00:00", "36500.00:00:00", ErrorMessage = "Retention:Reveals must be between 30 days and a hundred years, such as 730.00:00:00.")]
    public TimeSpan Reveals { get; init; } = TimeSpan.FromDays(730);
}

[OptionsValidator]
internal sealed partial class RetentionOptionsValidator : IValidateOptions<RetentionOptions>;
