using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace WeComSync.Worker.WeCom;

/// <summary>Section <c>WeCom</c>: where WeCom is and how hard it may be asked. The defaults stay below its published limits.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/90312</remarks>
internal sealed class WeComOptions
{
    public const string Section = "WeCom";

    /// <summary>Scheme, host and port; <c>/cgi-bin/</c> is added.</summary>
    [HttpAddress("https", "http", ErrorMessage = "WeCom:BaseUrl must be an http or https address without a query, such as https://qyapi.weixin.qq.com.")]
    public string BaseUrl { get; init; } = "https://qyapi.weixin.qq.com";

    /// <summary>Calls in flight at once per corp and API; WeCom answers 45033 to too many, and the client then halves this for a while.</summary>
    [CountRange(1, 32, ErrorMessage = "WeCom:CallsInFlight must be 1 to 32.")]
    public int CallsInFlight { get; init; } = 4;

    /// <summary>
    /// Names the public address that this host's calls leave from. Hosts with the same name share the budgets of all tenants; give hosts
    /// behind another address another name.
    /// </summary>
    [MinLength(1, ErrorMessage = "WeCom:AddressName must not be empty.")]
    public string AddressName { get; init; } = "default";

    /// <summary>Per corp and API, all processes together. Published: 10,000.</summary>
    [CountRange(1, 1_000_000, ErrorMessage = "WeCom:CallsPerMinute must be 1 to 1000000.")]
    public int CallsPerMinute { get; init; } = 8_000;

    /// <summary>Per corp and API, all processes together. Published: 150,000.</summary>
    [CountRange(1, 10_000_000, ErrorMessage = "WeCom:CallsPerHour must be 1 to 10000000.")]
    public int CallsPerHour { get; init; } = 120_000;

    /// <summary>Per API, all tenants and processes behind one address together. Published: 20,000.</summary>
    [CountRange(1, 1_000_000, ErrorMessage = "WeCom:CallsPerMinuteOfAllTenants must be 1 to 1000000.")]
    public int CallsPerMinuteOfAllTenants { get; init; } = 16_000;

    /// <summary>Per API, all tenants and processes behind one address together. Published: 600,000.</summary>
    [CountRange(1, 100_000_000, ErrorMessage = "WeCom:CallsPerHourOfAllTenants must be 1 to 100000000.")]
    public int CallsPerHourOfAllTenants { get; init; } = 480_000;

    /// <summary>How long one try waits for the answer to begin.</summary>
    [TimeRange("00:00:00.010", "00:10:00", ErrorMessage = "WeCom:TryTimeout must be between 10 ms and 10 min.")]
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an answer may make no progress once it began, and how long the first byte of a big list may take.</summary>
    [TimeRange("00:00:00.010", "00:10:00", ErrorMessage = "WeCom:StallTimeout must be between 10 ms and 10 min.")]
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Tries after the first one when a fault may pass.</summary>
    [CountRange(0, 10, ErrorMessage = "WeCom:Retries must be 0 to 10.")]
    public int Retries { get; init; } = 3;

    /// <summary>Wait before the first of them, about; it doubles each time, with jitter.</summary>
    [TimeRange("00:00:00.001", "00:01:00", ErrorMessage = "WeCom:RetryDelay must be between 1 ms and 1 min.")]
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a refused secret is not shown to WeCom again, whoever asks: many failed tries get this host's address banned for an hour, for
    /// all tenants. Another secret or corp id is tried at once; a tenant with the same one is not resumed before.
    /// </summary>
    [TimeRange("00:00:00", "00:10:00", ErrorMessage = "WeCom:RefusedSecretPause must be between 0 and 10 min.")]
    public TimeSpan RefusedSecretPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long WeCom blocks an API after 45009. A second 45009 in a row is waited for 5, then 15, then 60 times as long.</summary>
    [TimeRange("00:00:00.001", "01:00:00", ErrorMessage = "WeCom:ThrottleWindow must be between 1 ms and 1 h.")]
    public TimeSpan ThrottleWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long one call waits in all for 45009 and 45033 to end before it fails.</summary>
    [TimeRange("00:00:00", "1.00:00:00", ErrorMessage = "WeCom:ThrottlePatience must be between 0 and 1 day.")]
    public TimeSpan ThrottlePatience { get; init; } = TimeSpan.FromMinutes(5);
}

[OptionsValidator]
internal sealed partial class WeComOptionsValidator : IValidateOptions<WeComOptions>;
