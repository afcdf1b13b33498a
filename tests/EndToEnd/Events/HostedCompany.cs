using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;

namespace WeComSync.EndToEnd.Events;

/// <summary>A simulated company and its tenant.</summary>
/// <param name="Corp">The truth.</param>
/// <param name="Tenant">Whose mirror.</param>
/// <param name="Target">The callback address that the company's administrator entered.</param>
internal sealed record HostedCompany(Corp Corp, Tenant Tenant, CallbackTarget Target)
{
    public long Id => Tenant.Id;
}
