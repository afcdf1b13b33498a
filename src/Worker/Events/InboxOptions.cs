using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Events;

/// <summary>Section <c>Inbox</c>: how events are applied and how long they are kept.</summary>
internal sealed class InboxOptions
{
    public const string Section = "Inbox";

    /// <summary>How long the text of an event is kept after its receipt, unless it still waits to be applied.</summary>
    [TimeRange("01:00:00", "3650.00:00:00", ErrorMessage = "Inbox:PayloadRetention must be between one hour and ten years, such as 30.00:00:00.")]
    public TimeSpan PayloadRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long its row is kept, without which a repeated event would be taken for a new one.</summary>
    [TimeRange("90.00:00:00", "3650.00:00:00", ErrorMessage = "Inbox:RowRetention must be between 90 days and ten years, such as 180.00:00:00.")]
    public TimeSpan RowRetention { get; init; } = TimeSpan.FromDays(180);

    /// <summary>With fewer objects waiting than this, no sync takes the place of their events.</summary>
    [Range(10, 1_000_000, ErrorMessage = "Inbox:StormObjects must be 10 to 1000000.")]
    public int StormObjects { get; init; } = 200;
}

[OptionsValidator]
internal sealed partial class InboxOptionsValidator : IValidateOptions<InboxOptions>;
