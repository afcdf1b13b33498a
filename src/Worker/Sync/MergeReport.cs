using Npgsql;

namespace WeComSync.Worker.Sync;

/// <summary>Tells the differences that a merge found: for a dry run, and for what events had missed.</summary>
internal static class MergeReport
{
    /// <summary>Renames are written before the comparison, and leave their records in the feed, which is years long before them.</summary>
    private const string DirectoryRenames = """
        SELECT entity, key::text, after ->> 'user_id', op,
               jsonb_build_array(jsonb_build_object('field', 'user_id', 'old', after -> 'former_user_id', 'new', after -> 'user_id'))::text
        FROM mirror.changes WHERE tenant_id = $1 AND seq > $2 AND op = 'renamed' ORDER BY seq LIMIT $3
        """;

    /// <summary>What <see cref="Merge.ApplyAsync"/> would write, row by row; to be asked before it writes.</summary>
    /// <param name="merge">The compared merge.</param>
    /// <param name="most">How many rows are told.</param>
    /// <param name="add">Receives each row.</param>
    /// <param name="ct">Stops it.</param>
    public static async Task PlanAsync(this Merge merge, int most, Action<PlannedChange> add, CancellationToken ct)
    {
        var left = most;
        if (merge.ChangesBefore is { } before)
        {
            await ReadAsync(merge, DirectoryRenames, [merge.TenantId, before, left], Tell, ct);
        }

        foreach (var table in merge.Compared)
        {
            await ReadAsync(
                merge, $"SELECT '{table.Entity}', * FROM ({MirrorSql.Describe(table)}) AS described LIMIT $2", [merge.TenantId, left], Tell, ct);
        }

        void Tell(NpgsqlDataReader row)
        {
            add(PlannedChange.Read(row));
            left--;
        }
    }

    /// <summary>What the differences are, kind by kind; once they are counted.</summary>
    public static async Task<IReadOnlyDictionary<string, KindDrift>> DriftAsync(this Merge merge, CancellationToken ct)
    {
        var drift = new Dictionary<string, KindDrift>();
        foreach (var table in merge.Compared)
        {
            var kind = merge.Counts[table.Entity];
            if (kind.Changes - kind.RemovedAlong + kind.Held == 0)
            {
                continue;
            }

            var fields = new Dictionary<string, long>();
            await ReadAsync(merge, MirrorSql.CountFields(table), [], row => fields.Add(row.GetString(0), row.GetInt64(1)), ct);
            drift.Add(table.Entity, new KindDrift(kind.Created, kind.Changed, kind.Restored, kind.Renamed, kind.Removed, kind.Held, fields));
        }

        return drift;
    }

    private static async Task ReadAsync(Merge merge, string sql, object?[] values, Action<NpgsqlDataReader> read, CancellationToken ct)
    {
        await using var command = merge.Command(sql);
        command.Add(values);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            read(reader);
        }
    }
}
