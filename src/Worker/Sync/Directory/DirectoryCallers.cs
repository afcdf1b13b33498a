using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Directory;

/// <summary>The credentials that a tenant has for its directory.</summary>
/// <param name="Contacts">Contact sync; lists the whole company.</param>
/// <param name="App">The self-built application; reads details inside its visible range.</param>
/// <param name="AgentId">The application's id.</param>
internal sealed record DirectoryCallers(WeComCaller? Contacts, WeComCaller? App, long AgentId)
{
    /// <param name="tenant">With its settings.</param>
    /// <param name="calls">Counts what is sent.</param>
    /// <exception cref="NoCredentialException">The tenant has neither secret.</exception>
    public static DirectoryCallers Of(Tenant tenant, ApiCallCounter calls)
    {
        WeComCaller? Caller(Channel channel) => tenant.Settings.Any(s => s.Channel == channel && s.Secret is not null)
            ? new WeComCaller(tenant.Id, tenant.CorpId, channel) { Counter = calls }
            : null;

        var agentId = tenant.Settings.FirstOrDefault(s => s.Channel == Channel.App)?.AgentId;
        var app = agentId is null ? null : Caller(Channel.App);
        var contacts = Caller(Channel.Contacts);
        return app is null && contacts is null
            ? throw new NoCredentialException(tenant.Key)
            : new DirectoryCallers(contacts, app, agentId ?? 0);
    }
}
