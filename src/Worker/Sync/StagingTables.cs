using Npgsql;

namespace WeComSync.Worker.Sync;

/// <summary>The temporary tables of one kind of work.</summary>
/// <param name="Tables">Name, and columns in parentheses. Two kinds that share a name mean the same table.</param>
internal sealed record StagingTables(IReadOnlyList<(string Name, string Columns)> Tables)
{
    /// <summary>
    /// A table that is no larger is emptied row by row: to truncate it gives new files to it, to its indexes and to its long values.
    /// </summary>
    private const long SmallBytes = 64 * 1024;

    private const string Statements = """
        SELECT CASE WHEN id IS NULL THEN 'CREATE TEMP TABLE ' || name || ' ' || columns
                    WHEN pg_relation_size(id) > $3 THEN 'TRUNCATE ' || name
                    ELSE 'DELETE FROM ' || name END
        FROM (SELECT name, columns, to_regclass('pg_temp.' || name) AS id FROM unnest($1::text[], $2::text[]) AS t(name, columns)) t
        WHERE id IS NULL OR pg_relation_size(id) > 0
        """;

    /// <summary>What a merge of these tables needs: a stage and a difference of each.</summary>
    public static IEnumerable<(string Name, string Columns)> Of(IEnumerable<MirrorTable> tables) =>
        tables.SelectMany(t => new[] { (t.Stage, MirrorSql.StageColumns(t)), (t.Difference, MirrorSql.DifferenceColumns(t)) });

    /// <summary>Leaves the connection with all of the tables, empty, inside its transaction if there is one.</summary>
    public async Task ClearAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var statements = await connection.TextsAsync(
            Statements, [Tables.Select(t => t.Name).ToArray(), Tables.Select(t => t.Columns).ToArray(), SmallBytes], ct);
        if (statements.Count > 0)
        {
            await connection.ExecuteAsync(string.Join(";\n", statements), [], ct);
        }
    }
}
