using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace WeComSync.Worker.WeCom.Limits;

/// <summary>One <see cref="ApiGate"/> per corp and API, with limits below WeCom's published ones. Each process has its own.</summary>
internal sealed class ApiGates(IOptions<WeComOptions> options, TimeProvider clock, ILogger<ApiGate> logger)
{
    private readonly ConcurrentDictionary<(string Corp, string Endpoint), ApiGate> gates = new();
    private readonly ConcurrentDictionary<string, CallWindow[]> shared = new();

    /// <param name="corpId">WeCom compares it without case.</param>
    /// <param name="endpoint">Path below <c>/cgi-bin/</c>.</param>
    public ApiGate For(string corpId, string endpoint) => gates.GetOrAdd((corpId.ToUpperInvariant(), endpoint), Create);

    private ApiGate Create((string Corp, string Endpoint) key)
    {
        var own = Windows(options.Value.CallsPerHour, options.Value.CallsPerMinute);
        var all = shared.GetOrAdd(key.Endpoint, _ => Windows(options.Value.CallsPerHourOfAllTenants, options.Value.CallsPerMinuteOfAllTenants));
        return new ApiGate(key.Corp, key.Endpoint, options.Value, [own[0], all[0], own[1], all[1]], clock, logger);
    }

    private CallWindow[] Windows(int perHour, int perMinute) =>
        [new(perHour, TimeSpan.FromHours(1), clock), new(perMinute, TimeSpan.FromMinutes(1), clock)];
}
