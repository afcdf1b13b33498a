using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync;

/// <summary>Section <c>Sync</c>: how fresh incremental syncs keep what no event tells.</summary>
internal sealed class SyncOptions
{
    public const string Section = "Sync";

    /// <summary>How old a person's details may grow between two reads.</summary>
    [TimeRange("00:30:00", "30.00:00:00", ErrorMessage = "Sync:DetailAge must be between 30 minutes and 30 days, such as 06:00:00.")]
    public TimeSpan DetailAge { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Calls of one interface that refreshing may cost a company in an hour. WeCom allows 150,000; older documents say 30,000.</summary>
    [Range(10, 100_000, ErrorMessage = "Sync:RefreshCallsPerHour must be 10 to 100000.")]
    public int RefreshCallsPerHour { get; init; } = 5_000;
}

[OptionsValidator]
internal sealed partial class SyncOptionsValidator : IValidateOptions<SyncOptions>;
