using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.WeCom.Limits;

/// <summary>One <see cref="ApiGate"/> per corp and API, with limits below WeCom's published ones, which all processes share.</summary>
internal sealed class ApiGates(
    IOptions<WeComOptions> options, LimitStore store, SharedRefusals refusals, DatabaseTime time, TimeProvider clock, ILogger<ApiGate> logger)
    : IDisposable
{
    private readonly ConcurrentDictionary<(string Corp, string Endpoint), ApiGate> gates = new();
    private readonly ConcurrentDictionary<(string Scope, string Endpoint), CallBudget> budgets = new();

    /// <param name="corpId">WeCom compares it without case.</param>
    /// <param name="endpoint">Path below <c>/cgi-bin/</c>.</param>
    public ApiGate For(string corpId, string endpoint) => gates.GetOrAdd((corpId.ToUpperInvariant(), endpoint), Create);

    public void Dispose()
    {
        foreach (var budget in budgets.Values)
        {
            budget.Dispose();
        }
    }

    private ApiGate Create((string Corp, string Endpoint) key)
    {
        var limits = options.Value;
        var own = Budget($"corp:{key.Corp}", key.Endpoint, limits.CallsPerMinute, limits.CallsPerHour);
        var all = Budget($"address:{limits.AddressName}", key.Endpoint, limits.CallsPerMinuteOfAllTenants, limits.CallsPerHourOfAllTenants);
        return new ApiGate(key.Corp, key.Endpoint, limits, [own, all], refusals, time, clock, logger);
    }

    private CallBudget Budget(string scope, string endpoint, int perMinute, int perHour) =>
        budgets.GetOrAdd((scope, endpoint), _ => new CallBudget(scope, endpoint, perMinute, perHour, store, time, clock));
}
