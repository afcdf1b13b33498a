using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;

namespace WeComSync.Domain.Storage;

/// <summary>A tenant's current WeCom access token for one secret, shared by all processes.</summary>
internal sealed class AccessToken
{
    public long TenantId { get; init; }

    public Channel Channel { get; init; }

    /// <summary>Protected token.</summary>
    public required string Token { get; set; }

    /// <summary>SHA-256 of the secret that the token was issued for: a changed secret makes the token void.</summary>
    public required byte[] SecretHash { get; set; }

    public DateTimeOffset ObtainedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>
/// The lock row and fence of one tenant's half of the mirror: every merge locks it; a run's merge also compares
/// <see cref="Fence"/> with its own number, so a run that was taken over cannot write.
/// </summary>
internal sealed class MergeFence
{
    public long TenantId { get; init; }

    public MirrorPart Part { get; init; }

    public long Fence { get; set; }
}

/// <summary>Whether WeCom returns a restricted field to this tenant's credentials, as last seen.</summary>
internal sealed class FieldGrant
{
    public long TenantId { get; init; }

    /// <summary>Column of <c>mirror.users</c>.</summary>
    public required string Field { get; init; }

    public bool Granted { get; set; }

    /// <summary>When that was last found out.</summary>
    public DateTimeOffset SeenAt { get; set; }

    /// <summary>When WeCom last returned the field: the age of what the mirror has in it. Null if it never did.</summary>
    public DateTimeOffset? GrantedAt { get; set; }
}

/// <summary>
/// When a part of the directory was last read in full. Kept beside the mirror, whose rows are not rewritten when nothing changed.
/// </summary>
internal sealed class ReadMark
{
    public long TenantId { get; init; }

    /// <summary><c>department</c>: its people's details; <c>tag</c>: its members; <c>named</c>: a share of those visible by name.</summary>
    public required string Kind { get; init; }

    /// <summary>Which department, tag or share.</summary>
    public long Id { get; init; }

    public DateTimeOffset ReadAt { get; set; }
}

/// <summary>One key of the Data Protection key ring, wrapped by the configured certificate.</summary>
internal sealed class DataProtectionKey
{
    public long Id { get; init; }

    public required string FriendlyName { get; init; }

    public required string Xml { get; init; }
}

/// <summary>A protected known text: a host whose certificate does not open it refuses to start.</summary>
internal sealed class SecretProbe
{
    public int Id { get; init; }

    public required string Protected { get; init; }
}
