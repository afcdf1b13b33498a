namespace WeComSync.Domain.Tenants;

/// <summary>Whether WeCom lets a tenant's contact-sync secret write, as it was last seen.</summary>
public sealed class WriteCheck
{
    public long TenantId { get; init; }

    /// <summary>Null: the last attempt ended without an answer to this.</summary>
    public bool? Allowed { get; set; }

    public DateTimeOffset CheckedAt { get; set; }

    /// <summary>WeCom's errcode, if it refused.</summary>
    public int? Code { get; set; }

    /// <summary>What happened, without secrets.</summary>
    public string? Reason { get; set; }
}
