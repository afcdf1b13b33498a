namespace WeComSync.Domain.Tenants;

/// <summary>
/// What a tenant entered for one <see cref="Tenants.Channel"/>. Every secret is a protected text
/// (<see cref="Storage.SecretProtector"/>): it opens only for this tenant and this field.
/// </summary>
public sealed class WeComSettings
{
    public long TenantId { get; init; }

    public Channel Channel { get; init; }

    /// <summary>AgentId of the self-built application; null on the other channels.</summary>
    public long? AgentId { get; set; }

    /// <summary>Protected secret. Null on <see cref="Tenants.Channel.Customers"/> means: the application's.</summary>
    public string? Secret { get; set; }

    public DateTimeOffset? SecretSetAt { get; set; }

    /// <summary>Protected callback token.</summary>
    public string? Token { get; set; }

    /// <summary>Protected EncodingAESKey (43 characters in the clear).</summary>
    public string? EncodingAesKey { get; set; }

    public DateTimeOffset? CallbackSetAt { get; set; }

    /// <summary>The token before the last change, still accepted until <see cref="FormerUntil"/>.</summary>
    public string? FormerToken { get; set; }

    /// <summary>The key before the last change, still accepted until <see cref="FormerUntil"/>.</summary>
    public string? FormerEncodingAesKey { get; set; }

    public DateTimeOffset? FormerUntil { get; set; }
}
