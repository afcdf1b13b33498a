using Hangfire;

namespace WeComSync.Domain.Inbox;

/// <summary>
/// How all hosts write Hangfire's rows. The settings are global to the process, so each host applies them before it writes or reads
/// the first job. Hangfire 1.8 still reads rows in the older forms.
/// </summary>
public static class HangfireFormat
{
    public static IGlobalConfiguration UseHangfireFormat(this IGlobalConfiguration configuration) =>
        configuration
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings();
}
