using System.Globalization;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Commands;

/// <summary>
/// What the worker needs of the system beside its own files. A host without it does not start: it would not understand the schedules
/// that the other hosts keep.
/// </summary>
internal static class HostData
{
    /// <summary>Of most tenants; every complete set has it.</summary>
    private const string KnownZone = "Asia/Shanghai";

    private const string KnownLanguage = "zh-CN";

    /// <exception cref="ConfigurationException">Something is missing.</exception>
    public static void Require()
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(KnownZone, out _))
        {
            throw new ConfigurationException(
                $"This host has no time zone data ({KnownZone} is unknown), so no schedule can be understood here. Install the system's "
                + "package tzdata, or correct TZDIR.");
        }

        try
        {
            _ = CultureInfo.GetCultureInfo(KnownLanguage);
        }
        catch (CultureNotFoundException)
        {
            throw new ConfigurationException(
                $"This host has no data about languages ({KnownLanguage} is unknown). Take DOTNET_SYSTEM_GLOBALIZATION_INVARIANT out of the "
                + "environment, and install the system's package libicu if it is missing.");
        }
    }
}
