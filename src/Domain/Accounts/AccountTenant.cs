namespace WeComSync.Domain.Accounts;

/// <summary>The account administers the enterprise.</summary>
public sealed class AccountTenant
{
    public long TenantId { get; init; }

    public long AccountId { get; init; }

    public DateTimeOffset GrantedAt { get; init; }
}
