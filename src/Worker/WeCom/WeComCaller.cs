using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WeCom;

/// <summary>Which tenant, and which of its secrets, a call is made with.</summary>
/// <param name="TenantId">Our id of the tenant.</param>
/// <param name="CorpId">企业ID.</param>
/// <param name="Credential">
/// Whose secret is used. <see cref="Channel.Customers"/> without a secret of its own uses the application's.
/// </param>
internal sealed record WeComCaller(long TenantId, string CorpId, Channel Credential)
{
    /// <summary>Counts this caller's HTTP tries; share one between the callers of a run. Null counts nothing.</summary>
    public ApiCallCounter? Counter { get; init; }

    /// <summary>How long one call waits for 45009 and 45033 to end; null: <see cref="WeComOptions.ThrottlePatience"/>.</summary>
    public TimeSpan? Patience { get; init; }
}
