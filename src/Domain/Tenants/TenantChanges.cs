namespace WeComSync.Domain.Tenants;

/// <summary>How hosts learn that a tenant's settings or state changed: PostgreSQL's NOTIFY, sent in the transaction that changes them.</summary>
public static class TenantChanges
{
    /// <summary>The channel to LISTEN on. The payload is the tenant's id in decimal digits.</summary>
    public const string Channel = "wecomsync_tenants";
}
