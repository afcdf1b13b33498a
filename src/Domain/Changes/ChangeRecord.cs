namespace WeComSync.Domain.Changes;

/// <summary>One entry of a tenant's change feed.</summary>
public sealed class ChangeRecord
{
    public long TenantId { get; init; }

    /// <summary>Grows in commit order within the tenant: a reader that remembers its last one misses nothing.</summary>
    public long Seq { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>Kind of row: <c>department</c>, <c>user</c>, <c>user_department</c>, <c>contact_tag</c> and so on.</summary>
    public required string Entity { get; init; }

    /// <summary>The row's key as a JSON object.</summary>
    public required string Key { get; init; }

    /// <summary><c>created</c>, <c>changed</c>, <c>removed</c>, <c>restored</c> or <c>renamed</c>.</summary>
    public required string Op { get; init; }

    /// <summary>The columns that changed; empty for <c>removed</c>.</summary>
    public required string[] Fields { get; init; }

    /// <summary>The row's values afterwards as a JSON object; null for <c>removed</c>.</summary>
    public string? After { get; init; }

    /// <summary><c>run:ID</c> or <c>event:ID</c>.</summary>
    public required string Cause { get; init; }
}
