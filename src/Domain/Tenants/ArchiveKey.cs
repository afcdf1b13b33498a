namespace WeComSync.Domain.Tenants;

/// <summary>A private key of the message archive. WeCom names the version that a message was encrypted with.</summary>
public sealed class ArchiveKey
{
    public long TenantId { get; init; }

    public int Version { get; init; }

    /// <summary>Protected PEM text.</summary>
    public required string Pem { get; set; }

    public DateTimeOffset SetAt { get; set; }
}
