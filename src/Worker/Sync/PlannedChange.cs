using System.Text.Json;
using Npgsql;

namespace WeComSync.Worker.Sync;

/// <summary>One row that a dry run would write.</summary>
/// <param name="Entity">Kind of row.</param>
/// <param name="Key">The row's key.</param>
/// <param name="Name">What a person knows the row by.</param>
/// <param name="Op"><c>created</c>, <c>changed</c>, <c>restored</c>, <c>renamed</c>, <c>removed</c> or <c>held</c>.</param>
/// <param name="Fields">Columns that would change; none for a removal.</param>
internal sealed record PlannedChange(string Entity, JsonElement Key, string? Name, string Op, IReadOnlyList<PlannedField> Fields)
{
    /// <summary>Reads entity, key, name, op and fields from a row.</summary>
    public static PlannedChange Read(NpgsqlDataReader row) => new(
        row.GetString(0),
        JsonElement.Parse(row.GetString(1)),
        row.IsDBNull(2) ? null : row.GetString(2),
        row.GetString(3),
        row.IsDBNull(4) ? [] : JsonSerializer.Deserialize(row.GetString(4), SyncJson.Default.PlannedFieldArray)!);
}

/// <summary>A column before and after.</summary>
internal sealed record PlannedField(string Field, JsonElement? Old, JsonElement? New);
