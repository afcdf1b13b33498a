using Npgsql;

namespace WeComSync.Worker.Sync.Directory;

/// <summary>
/// Learns which restricted fields WeCom returns to this tenant. A hidden field comes absent, null or empty; an empty
/// one must not wipe what the mirror knows.
/// </summary>
internal static class FieldGrants
{
    /// <summary>A field that vanished from this many people at once was withdrawn, not cleared by each of them.</summary>
    private const int WithdrawnFrom = 3;

    /// <param name="merge">The run's.</param>
    /// <param name="everybody">Whether all were read: else a field that nobody shows who was read may be empty by chance.</param>
    /// <param name="ct">Stops the merge.</param>
    /// <returns>The columns whose emptiness says nothing.</returns>
    public static async Task<IReadOnlySet<string>> LearnAsync(Merge merge, bool everybody, CancellationToken ct)
    {
        var seen = new HashSet<string>();
        var known = new HashSet<string>();
        var any = await ReadAsync(merge, "stage_users m WHERE m.detail = 'full'", least: 1, seen, ct);
        if (!any)
        {
            return seen;
        }

        if (seen.Count < DirectoryTables.Restricted.Length)
        {
            const string read = """
                mirror.users m WHERE m.tenant_id = $1 AND m.removed_at IS NULL
                    AND lower(m.user_id) IN (SELECT s.user_key FROM stage_users s WHERE s.detail = 'full')
                """;
            await ReadAsync(merge, read, WithdrawnFrom, known, ct);
        }

        // An application without the right gets none of them; one that gets any may see the others really empty.
        var before = everybody ? null : await WithheldAsync(merge, ct);
        var withheld = DirectoryTables.Restricted
            .Where(f => !seen.Contains(f) && (seen.Count == 0 || known.Contains(f) || before?.Contains(f) == true)).ToHashSet();
        var told = everybody ? DirectoryTables.Restricted : [.. DirectoryTables.Restricted.Where(f => seen.Contains(f) || known.Contains(f))];
        await using var remember = merge.Command("""
            INSERT INTO control.field_grants AS g (tenant_id, field, granted, seen_at, granted_at)
            SELECT $1, f.field, f.granted, now(), CASE WHEN f.granted THEN now() END FROM unnest($2::text[], $3::boolean[]) AS f(field, granted)
            ON CONFLICT (tenant_id, field) DO UPDATE
            SET granted = EXCLUDED.granted, seen_at = EXCLUDED.seen_at, granted_at = COALESCE(EXCLUDED.granted_at, g.granted_at)
            """);
        remember.Add(merge.TenantId, told, told.Select(f => !withheld.Contains(f)).ToArray());
        await remember.ExecuteNonQueryAsync(ct);
        return withheld;
    }

    /// <summary>What is known about each field, for people.</summary>
    public static async Task<IReadOnlyList<GrantedField>> ListAsync(NpgsqlConnection connection, long tenantId, CancellationToken ct)
    {
        await using var read = new NpgsqlCommand(
            "SELECT field, granted, granted_at FROM control.field_grants WHERE tenant_id = $1 ORDER BY field", connection);
        read.Add(tenantId);
        await using var reader = await read.ExecuteReaderAsync(ct);
        var fields = new List<GrantedField>();
        while (await reader.ReadAsync(ct))
        {
            fields.Add(new GrantedField(reader.GetString(0), reader.GetBoolean(1), reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2)));
        }

        return fields;
    }

    /// <summary>
    /// For the few people of an event, from whom nothing can be learned: what the last run learned counts. Where none of them shows a
    /// single restricted field, the right may have been withdrawn since.
    /// </summary>
    /// <returns>The columns whose emptiness says nothing.</returns>
    public static async Task<IReadOnlySet<string>> RecallAsync(Merge merge, CancellationToken ct)
    {
        var seen = new HashSet<string>();
        if (await ReadAsync(merge, "stage_users m WHERE m.detail = 'full'", least: 1, seen, ct) && seen.Count == 0)
        {
            return DirectoryTables.Restricted.ToHashSet();
        }

        var withheld = await WithheldAsync(merge, ct);
        withheld.ExceptWith(seen);
        return withheld;
    }

    private static async Task<HashSet<string>> WithheldAsync(Merge merge, CancellationToken ct)
    {
        var withheld = new HashSet<string>();
        await using var read = merge.Command("SELECT field FROM control.field_grants WHERE tenant_id = $1 AND NOT granted");
        read.Add(merge.TenantId);
        await using var reader = await read.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            withheld.Add(reader.GetString(0));
        }

        return withheld;
    }

    private static async Task<bool> ReadAsync(Merge merge, string rows, int least, HashSet<string> filled, CancellationToken ct)
    {
        var counts = string.Join(", ", DirectoryTables.Restricted.Select(f =>
            f == "gender" ? "count(*) FILTER (WHERE m.gender <> 0)" : $"count(*) FILTER (WHERE m.{f} <> '')"));
        await using var read = merge.Command($"SELECT count(*), {counts} FROM {rows}");
        if (rows.Contains("$1", StringComparison.Ordinal))
        {
            read.Add(merge.TenantId);
        }

        await using var reader = await read.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        for (var i = 0; i < DirectoryTables.Restricted.Length; i++)
        {
            if (reader.GetInt64(i + 1) >= least)
            {
                filled.Add(DirectoryTables.Restricted[i]);
            }
        }

        return reader.GetInt64(0) > 0;
    }
}
