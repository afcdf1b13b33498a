using WeComSync.Domain.Runs;

namespace WeComSync.Worker.Schedules;

/// <summary>
/// The cron expression that a tenant's syncs really run by. Quartz's form, with seconds, in the tenant's time zone.
/// </summary>
/// <remarks>
/// A thousand tenants must not start in the same second, so each has a place of its own, which never moves. Without a schedule of its
/// own a tenant's full sync starts between 02:00:00 and 04:59:59, its customer sync between 05:00:00 and 06:59:59, and its incremental
/// sync every ten minutes. A schedule of its own is kept to the minute: only where its seconds are plain <c>0</c>, which is what
/// people write who do not care, the tenant's own second takes their place.
/// </remarks>
internal static class ScheduleDefaults
{
    /// <param name="tenantId">Decides the place.</param>
    /// <param name="kind">What is scheduled.</param>
    /// <param name="own">The tenant's own expression from <c>control.schedules</c>; null if it has none.</param>
    public static string Effective(long tenantId, SyncKind kind, string? own) =>
        own is null ? Default(tenantId, kind) : WithSecondsSpread(tenantId, own);

    private static string Default(long tenantId, SyncKind kind) => kind switch
    {
        SyncKind.Full => Daily(TimeSpan.FromHours(2), TimeSpan.FromHours(3), tenantId),
        SyncKind.Customers => Daily(TimeSpan.FromHours(5), TimeSpan.FromHours(2), tenantId),
        SyncKind.Incremental => EveryTenMinutes(Place(tenantId, 600)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No default schedule for this kind."),
    };

    private static string Daily(TimeSpan from, TimeSpan window, long tenantId)
    {
        var at = from + TimeSpan.FromSeconds(Place(tenantId, (int)window.TotalSeconds));
        return $"{at.Seconds} {at.Minutes} {at.Hours} * * ?";
    }

    private static string EveryTenMinutes(int second) => $"{second % 60} {second / 60}/10 * * * ?";

    private static string WithSecondsSpread(long tenantId, string own)
    {
        var fields = own.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (fields.Length is 6 or 7 && fields[0] == "0")
        {
            fields[0] = $"{Place(tenantId, 60)}";
        }

        return string.Join(' ', fields);
    }

    /// <summary>
    /// Fibonacci hashing: ids that follow each other land far apart, so any run of tenants fills the places evenly, which random places
    /// would not.
    /// </summary>
    private static int Place(long tenantId, int places)
    {
        var fraction = unchecked((ulong)tenantId * 0x9E37_79B9_7F4A_7C15) >> 32;
        return (int)((fraction * (ulong)places) >> 32);
    }
}
