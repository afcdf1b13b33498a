using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Quartz;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Schedules;

/// <summary>When one tenant's syncs of one kind are due.</summary>
/// <param name="TenantId">Which tenant.</param>
/// <param name="Kind">What is due.</param>
/// <param name="Cron">Quartz cron expression, as <see cref="ScheduleDefaults"/> gives it.</param>
/// <param name="TimeZone">IANA name of the zone that the expression is meant in.</param>
internal sealed record TenantSchedule(long TenantId, SyncKind Kind, string Cron, string TimeZone)
{
    /// <summary>Group of all our triggers.</summary>
    public const string TriggerGroup = "sync";

    /// <summary>Key of the trigger; stored in Quartz's tables.</summary>
    public TriggerKey Key => new(string.Create(CultureInfo.InvariantCulture, $"{TenantId}:{EnumText.Of(Kind)}"), TriggerGroup);

    /// <summary>All that decides when it fires, stored with the trigger: a trigger that says something else is out of date.</summary>
    public string Description => $"{Cron} ({TimeZone})";

    /// <summary>Whether this host knows the zone. If not, another may, whose time zone data are newer.</summary>
    public bool IsZoneKnown => TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _);

    /// <exception cref="FormatException">The key is none of ours.</exception>
    public static (long TenantId, SyncKind Kind) Parse(TriggerKey key) =>
        key.Name.Split(':') is [var id, var kind]
            ? (long.Parse(id, CultureInfo.InvariantCulture), EnumText.Parse<SyncKind>(kind))
            : throw new FormatException($"'{key}' is no trigger of a tenant's sync.");

    /// <summary>False if the expression or the zone is not understood here: the tenant then has no schedule, the others have theirs.</summary>
    public bool TryRead([NotNullWhen(true)] out CronExpression? due)
    {
        due = null;
        if (!CronExpression.TryParse(Cron, out var cron) || !TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone))
        {
            return false;
        }

        due = cron.WithTimeZone(zone);
        return true;
    }
}
