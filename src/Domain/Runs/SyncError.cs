namespace WeComSync.Domain.Runs;

/// <summary>One object, or one whole kind, that a run could not read or write and left as it was.</summary>
public sealed class SyncError
{
    public long TenantId { get; init; }

    public long Id { get; private set; }

    public long RunId { get; init; }

    /// <summary>Kind of row: <c>user</c>, <c>department</c>, <c>contact_tag</c> and so on.</summary>
    public required string Entity { get; init; }

    /// <summary>WeCom's id of the object; null if the whole kind is meant.</summary>
    public string? Key { get; init; }

    /// <summary>WeCom's errcode; null if the reason is ours.</summary>
    public int? Code { get; init; }

    public required string Message { get; init; }

    public DateTimeOffset At { get; init; }
}
