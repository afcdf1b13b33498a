namespace WeComSync.Domain.Tenants;

/// <summary>平台绑定: the one tenant whose customers the platform shares. Made once; the database refuses to change or remove it.</summary>
public sealed class PlatformBinding
{
    public long TenantId { get; init; }

    public int PlatformId { get; init; } = Platform.Only;

    public DateTimeOffset BoundAt { get; init; }

    /// <summary>E-mail address of the operator.</summary>
    public required string BoundBy { get; init; }
}
