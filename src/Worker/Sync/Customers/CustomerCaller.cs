using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>The credential that a tenant has for its customers.</summary>
internal static class CustomerCaller
{
    /// <summary>Whether the tenant has one: the customers' own secret, or the application's.</summary>
    public static bool Exists(Tenant tenant) => tenant.Settings.Any(s => s.Channel is Channel.Customers or Channel.App && s.Secret is not null);

    /// <exception cref="NoCustomerCredentialException">The tenant has neither secret.</exception>
    public static WeComCaller Of(Tenant tenant, ApiCallCounter calls) => Exists(tenant)
        ? new WeComCaller(tenant.Id, tenant.CorpId, Channel.Customers) { Counter = calls }
        : throw new NoCustomerCredentialException(tenant.Key);
}

/// <summary>The tenant has no secret that reads customers.</summary>
internal sealed class NoCustomerCredentialException(string tenant)
    : Exception(SyncTexts.NoCustomerCredential.With(tenant)), IActionable
{
    public string Action => "Add 'app.agentId' with 'app.secret' (or an old 'customers.secret') to the tenant file and run `tenants apply`.";
}

/// <summary>WeCom answered without an error and without a single member who has customers.</summary>
internal sealed class NoFollowUsersException()
    : Exception(SyncTexts.NoFollowUsers.With()), IActionable
{
    public string Action =>
        "Put members into 客户联系 → 权限配置 → 使用范围, and into the visible range of the application (应用管理 → the application → 可见范围).";
}
