namespace WeComSync.Worker.Sync;

/// <summary>
/// The statements of stage → difference → merge for one table. Parameter <c>$1</c> is always the tenant.
/// Table and column names come from <see cref="MirrorTable"/> constants, never from input.
/// </summary>
internal static class MirrorSql
{
    public static string CreateStage(MirrorTable table)
    {
        var columns = table.Key.Select(c => $"{c.Name} {c.SqlType} NOT NULL")
            .Concat(table.Values.Concat(table.Extras).Select(c => $"{c.Name} {c.SqlType}"));
        return $"CREATE TEMP TABLE {table.Stage} ({string.Join(", ", columns)}, fetched_at timestamptz NOT NULL)";
    }

    public static string Copy(MirrorTable table) =>
        $"COPY {table.Stage} ({List(table.Key.Concat(table.Values).Concat(table.Extras))}, fetched_at) FROM STDIN (FORMAT BINARY)";

    /// <summary>
    /// Compares the stage with the mirror: one row for each object that is new, back, or different.
    /// Rows that the mirror fetched later than the stage did are left alone.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="withheld">Columns that WeCom hides from this tenant: the mirror keeps what it has.</param>
    public static string CreateDifference(MirrorTable table, IReadOnlySet<string> withheld)
    {
        string After(Column c) => withheld.Contains(c.Name) ? $"m.{c.Name}"
            : c.Default is null ? $"COALESCE(s.{c.Name}, m.{c.Name})"
            : $"COALESCE(s.{c.Name}, m.{c.Name}, {c.Default})";

        var compared = table.Values.Where(c => !withheld.Contains(c.Name)).ToArray();
        var fields = compared.Length == 0
            ? "'{}'::text[]"
            : $"array_remove(ARRAY[{string.Join(", ", compared.Select(c => $"CASE WHEN {After(c)} IS DISTINCT FROM m.{c.Name} THEN '{c.Name}' END"))}], NULL)";
        var differs = compared.Length == 0
            ? "false"
            : $"({string.Join(", ", compared.Select(After))}) IS DISTINCT FROM ({string.Join(", ", compared.Select(c => "m." + c.Name))})";
        var values = string.Concat(table.Values.Select(c => $", {After(c)} AS {c.Name}"));
        return $"""
            CREATE TEMP TABLE {table.Difference} ON COMMIT DROP AS
            SELECT {List(table.Key, "s.")}{values}, s.fetched_at,
                   CASE WHEN m.tenant_id IS NULL THEN 'created' WHEN m.removed_at IS NOT NULL THEN 'restored' ELSE 'changed' END AS op,
                   {fields} AS fields
            FROM {table.Stage} s LEFT JOIN {table.Target} m ON m.tenant_id = $1 AND {Equal(table, "m.", "s.")}
            WHERE m.tenant_id IS NULL OR (m.fetched_at <= s.fetched_at AND (m.removed_at IS NOT NULL OR {differs}))
            """;
    }

    /// <summary>Adds to the difference the live rows that the stage lacks, as far as the scope says that their absence proves something.</summary>
    /// <param name="table">The table.</param>
    /// <param name="scope">SQL condition over the mirror row <c>m</c>. <c>$2</c> is the time the listing began.</param>
    public static string AddRemovals(MirrorTable table, string scope) => $"""
        INSERT INTO {table.Difference} ({List(table.Key)}, fetched_at, op, fields)
        SELECT {List(table.Key, "m.")}, $2, 'removed', '{EmptyArray}'::text[]
        FROM {table.Target} m
        WHERE m.tenant_id = $1 AND m.removed_at IS NULL AND m.fetched_at < $2
          AND NOT EXISTS (SELECT FROM {table.Stage} s WHERE {Equal(table, "m.", "s.")})
          AND ({scope})
        """;

    /// <summary>Puts back into waiting the removals that nobody approved; <c>$2</c> is the approved run or 0.</summary>
    public static string HoldRemovals(MirrorTable table) => $"""
        UPDATE {table.Difference} d SET op = 'held'
        WHERE d.op = 'removed' AND NOT EXISTS (
            SELECT FROM control.held_removals h
            WHERE h.tenant_id = $1 AND h.run_id = $2 AND h.entity = '{table.Entity}' AND h.decision = 'pending' AND h.key = {KeyJson(table, "d.")})
        """;

    /// <summary>Counts the removals that no approved list (<c>$2</c>) covers.</summary>
    public static string CountUnapproved(MirrorTable table) => $"""
        SELECT count(*) FROM {table.Difference} d
        WHERE d.op = 'removed' AND NOT EXISTS (
            SELECT FROM control.held_removals h
            WHERE h.tenant_id = $1 AND h.run_id = $2 AND h.entity = '{table.Entity}' AND h.decision = 'pending' AND h.key = {KeyJson(table, "d.")})
        """;

    public static string RecordHeld(MirrorTable table) => $"""
        INSERT INTO control.held_removals (tenant_id, run_id, entity, key, name, last_seen_at, decision)
        SELECT $1, $2, '{table.Entity}', {KeyJson(table, "d.")}, {table.Label}, m.fetched_at, 'pending'
        FROM {table.Difference} d JOIN {table.Target} m ON m.tenant_id = $1 AND {Equal(table, "m.", "d.")}
        WHERE d.op = 'held' AND NOT EXISTS (
            SELECT FROM control.held_removals h
            WHERE h.tenant_id = $1 AND h.entity = '{table.Entity}' AND h.decision = 'pending' AND h.key = {KeyJson(table, "d.")})
        """;

    /// <summary>Closes the held removals whose row this run removed or saw.</summary>
    public static string SettleHeld(MirrorTable table) => $"""
        UPDATE control.held_removals h SET decided_at = now(), decision = CASE
            WHEN EXISTS (SELECT FROM {table.Difference} d WHERE d.op = 'removed' AND {KeyJson(table, "d.")} = h.key) THEN 'removed'
            ELSE 'expired' END
        WHERE h.tenant_id = $1 AND h.entity = '{table.Entity}' AND h.decision = 'pending' AND (
            EXISTS (SELECT FROM {table.Difference} d WHERE d.op = 'removed' AND {KeyJson(table, "d.")} = h.key)
            OR EXISTS (SELECT FROM {table.Stage} s WHERE {KeyJson(table, "s.")} = h.key))
        """;

    public static string Insert(MirrorTable table) => $"""
        INSERT INTO {table.Target} (tenant_id, {List(table.Key.Concat(table.Values))}, ref, created_at, changed_at, fetched_at)
        SELECT $1, {List(table.Key.Concat(table.Values))}, gen_random_uuid(), now(), now(), fetched_at
        FROM {table.Difference} WHERE op = 'created'
        """;

    public static string Update(MirrorTable table) => $"""
        UPDATE {table.Target} m
        SET {string.Concat(table.Values.Select(c => $"{c.Name} = d.{c.Name}, "))}changed_at = now(), fetched_at = d.fetched_at, removed_at = NULL
        FROM {table.Difference} d
        WHERE m.tenant_id = $1 AND {Equal(table, "m.", "d.")} AND d.op IN ('changed', 'restored')
        """;

    public static string Remove(MirrorTable table) => $"""
        UPDATE {table.Target} m SET removed_at = now(), changed_at = now(), fetched_at = d.fetched_at
        FROM {table.Difference} d
        WHERE m.tenant_id = $1 AND {Equal(table, "m.", "d.")} AND d.op = 'removed'
        """;

    /// <summary>Writes the change feed. <c>$2</c> is the last number given out before, <c>$3</c> the cause.</summary>
    public static string RecordChanges(MirrorTable table)
    {
        // A row made into JSON as a whole takes a third of the time of jsonb_build_object, which looks each type up again and again.
        return $"""
            INSERT INTO mirror.changes (tenant_id, seq, at, entity, key, op, fields, after, cause)
            SELECT $1, $2 + row_number() OVER (), now(), '{table.Entity}', to_jsonb(k), d.op, d.fields,
                   CASE WHEN d.op <> 'removed' THEN to_jsonb(a) END, $3
            FROM {table.Difference} d
                CROSS JOIN LATERAL (SELECT {List(table.Key, "d.")}) k
                CROSS JOIN LATERAL (SELECT {List(table.Key.Concat(table.Values), "d.")}) a
            WHERE d.op <> 'held'
            """;
    }

    public static string CountDifference(MirrorTable table) => $"""
        SELECT count(*) FILTER (WHERE op = 'created'), count(*) FILTER (WHERE op = 'changed'), count(*) FILTER (WHERE op = 'restored'),
               count(*) FILTER (WHERE op = 'removed'), count(*) FILTER (WHERE op = 'held'), (SELECT count(*) FROM {table.Stage})
        FROM {table.Difference}
        """;

    public static string KeyJson(MirrorTable table, string alias) =>
        $"jsonb_build_object({string.Join(", ", table.Key.Select(c => $"'{c.Name}', {alias}{c.Name}"))})";

    public static string Equal(MirrorTable table, string left, string right) =>
        string.Join(" AND ", table.Key.Select(c => $"{left}{c.Name} = {right}{c.Name}"));

    private const string EmptyArray = "{}";

    private static string List(IEnumerable<Column> columns, string alias = "") => string.Join(", ", columns.Select(c => alias + c.Name));
}
