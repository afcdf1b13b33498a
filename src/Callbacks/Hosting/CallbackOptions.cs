using System.Globalization;
using System.Net;
using WeComSync.Domain.Storage;

namespace WeComSync.Callbacks.Hosting;

/// <summary>The settings of this host alone, read and checked once at start.</summary>
internal sealed record CallbackOptions
{
    private const long DefaultSpoolLimit = 1L << 30;

    private const long DefaultMostWaiting = 100_000;

    // Room beside a thousand slow clients, each of which is cut after a few seconds.
    private const int DefaultMaxConnections = 2000;

    /// <summary>
    /// <c>Callbacks:ManagementUrl</c>: a second address where health and metrics are served, and nothing else is. Unless it is set, they are
    /// served on the public address to callers on this machine; set it when a proxy on this machine forwards to that address.
    /// </summary>
    public required string? ManagementUrl { get; init; }

    /// <summary>
    /// <c>Callbacks:SpoolPath</c>: folder for events that the database cannot take now, <c>spool</c> under the content root unless set.
    /// What lies here was promised to WeCom: it must outlive the process, and one process uses it at a time.
    /// </summary>
    public required string SpoolPath { get; init; }

    /// <summary><c>Callbacks:SpoolLimitBytes</c>: beyond this, events that the database cannot take are refused with 503.</summary>
    public required long SpoolLimitBytes { get; init; }

    /// <summary><c>Callbacks:MostWaiting</c>: events of one tenant that may wait; further ones only order a sync.</summary>
    public required long MostWaiting { get; init; }

    /// <summary><c>Callbacks:MaxConnections</c>: connections open at once.</summary>
    public required int MaxConnections { get; init; }

    /// <summary><c>Callbacks:TrustedProxies</c>: addresses or networks, separated by commas, whose <c>X-Forwarded-For</c> is believed.</summary>
    public required IReadOnlyList<IPNetwork> TrustedProxies { get; init; }

    /// <exception cref="ConfigurationException">A setting is wrong; the message names its key.</exception>
    public static CallbackOptions Read(IConfiguration configuration, IHostEnvironment environment)
    {
        var section = configuration.GetSection("Callbacks");
        return new CallbackOptions
        {
            ManagementUrl = ReadManagementUrl(section["ManagementUrl"], configuration["Urls"] ?? ""),
            SpoolPath = Path.GetFullPath(NullIfBlank(section["SpoolPath"]) ?? "spool", environment.ContentRootPath),
            SpoolLimitBytes = ReadNumber(section, "SpoolLimitBytes", DefaultSpoolLimit, 1 << 20, long.MaxValue),
            MostWaiting = ReadNumber(section, "MostWaiting", DefaultMostWaiting, 1_000, 100_000_000),
            MaxConnections = (int)ReadNumber(section, "MaxConnections", DefaultMaxConnections, 1, 100_000),
            TrustedProxies = Domain.Hosting.TrustedProxies.Read("Callbacks:TrustedProxies", section["TrustedProxies"]),
        };
    }

    private static string? ReadManagementUrl(string? text, string publicUrls)
    {
        if (NullIfBlank(text) is not { } url)
        {
            return null;
        }

        // Requests are told apart by the port.
        return url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && PortOf(url) is > 0 and var port
            && !publicUrls.Split(';').Any(other => PortOf(other) == port)
                ? url
                : throw new ConfigurationException(
                    "Callbacks:ManagementUrl must be the http address on which this host serves health and metrics, with a port of its own, "
                    + "for example http://127.0.0.1:9081. It must not be reachable from outside.");
    }

    private static int? PortOf(string url)
    {
        try
        {
            return BindingAddress.Parse(url) is { PathBase: "" } address ? address.Port : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static long ReadNumber(IConfiguration section, string key, long fallback, long least, long most) =>
        NullIfBlank(section[key]) is not { } text ? fallback
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new ConfigurationException($"Callbacks:{key} must be a whole number from {least} to {most}.");

    private static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
