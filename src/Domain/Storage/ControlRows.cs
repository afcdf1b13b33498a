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

/// <summary>What the last examination of a tenant found of one subject, for the guide.</summary>
internal sealed class DoctorVerdictRow
{
    public long TenantId { get; init; }

    /// <summary>What was looked at, as the doctor's English lines begin.</summary>
    public required string Subject { get; init; }

    /// <summary><c>ok</c>, <c>warning</c> or <c>wrong</c>; the worst of the subject's lines.</summary>
    public required string Verdict { get; set; }

    /// <summary>When the examination began.</summary>
    public DateTimeOffset SeenAt { get; set; }
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

/// <summary>WeCom refused a secret: whoever waited for a token of it meanwhile shares the answer.</summary>
internal sealed class TokenRefusal
{
    public long TenantId { get; init; }

    public Channel Channel { get; init; }

    public required byte[] SecretHash { get; set; }

    public int? Code { get; set; }

    public required string Reason { get; set; }

    public required string Action { get; set; }

    public DateTimeOffset RefusedAt { get; set; }
}

/// <summary>What WeCom last refused of one corp and API, for all processes.</summary>
internal sealed class CallLimit
{
    /// <summary>Upper case.</summary>
    public required string CorpId { get; init; }

    /// <summary>Path below <c>/cgi-bin/</c>.</summary>
    public required string Endpoint { get; init; }

    public DateTimeOffset BlockedUntil { get; set; }

    /// <summary>Which of the growing waits this is.</summary>
    public int Step { get; set; }

    /// <summary>Calls at once that were found to be bearable.</summary>
    public int Slots { get; set; }

    public DateTimeOffset ChangedAt { get; set; }
}

/// <summary>Calls handed out to processes in one twelfth of a minute or hour; see <see cref="CallLeases"/>.</summary>
internal sealed class CallBudgetPart
{
    /// <summary><c>corp:ID</c> or <c>address:NAME</c>.</summary>
    public required string Scope { get; init; }

    public required string Endpoint { get; init; }

    /// <summary>60 or 3600.</summary>
    public int WindowSeconds { get; init; }

    /// <summary>Number of the twelfth since 1970.</summary>
    public long Part { get; init; }

    public int Granted { get; set; }
}
