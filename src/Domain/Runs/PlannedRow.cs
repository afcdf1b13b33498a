namespace WeComSync.Domain.Runs;

/// <summary>One row that a dry run found to differ, kept with the run for whoever wants to see the difference.</summary>
public sealed class PlannedRow
{
    public long TenantId { get; init; }

    public long RunId { get; init; }

    /// <summary>Its place in the difference, from 1.</summary>
    public int Place { get; init; }

    /// <summary>Kind of row, as in the change feed.</summary>
    public required string Entity { get; init; }

    /// <summary>The row's key, as JSON.</summary>
    public required string Key { get; init; }

    /// <summary>What a person knows the row by.</summary>
    public string? Name { get; init; }

    /// <summary><c>created</c>, <c>changed</c>, <c>restored</c>, <c>renamed</c>, <c>removed</c> or <c>held</c>.</summary>
    public required string Op { get; init; }

    /// <summary>Columns that would change, as JSON: <c>[{"field","old","new"}]</c>.</summary>
    public string? Fields { get; init; }
}
