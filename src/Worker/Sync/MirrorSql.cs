using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Sync;

/// <summary>
/// The statements of stage → difference → merge for one table. Parameter <c>$1</c> is always the tenant.
/// Table and column names come from <see cref="MirrorTable"/> constants, never from input.
/// </summary>
internal static class MirrorSql
{
    public static string StageColumns(MirrorTable table)
    {
        var columns = table.Key.Select(c => $"{c.Name} {c.SqlType} NOT NULL")
            .Concat(table.Values.Concat(table.Extras).Select(c => $"{c.Name} {c.SqlType}"))
            .Concat(table.Computed);
        return $"({string.Join(", ", columns)}, fetched_at timestamptz NOT NULL)";
    }

    public static string DifferenceColumns(MirrorTable table)
    {
        var columns = table.Key.Concat(table.Values).Concat(table.RemovalFacts).Select(c => $"{c.Name} {c.SqlType}");
        return $"({string.Join(", ", columns)}, fetched_at timestamptz, op text, fields text[])";
    }

    public static string Copy(MirrorTable table) =>
        $"COPY {table.Stage} ({List(table.Key.Concat(table.Values).Concat(table.Extras))}, fetched_at) FROM STDIN (FORMAT BINARY)";

    /// <summary>Leaves one row of each staged object: the last answer counts.</summary>
    public static string KeepNewest(MirrorTable table) => $"""
        DELETE FROM {table.Stage} s USING (
            SELECT ctid, row_number() OVER (PARTITION BY {List(table.Key)} ORDER BY fetched_at DESC, ctid DESC) AS n FROM {table.Stage}
            WHERE ({List(table.Key)}) IN (SELECT {List(table.Key)} FROM {table.Stage} GROUP BY {List(table.Key)} HAVING count(*) > 1)) twice
        WHERE s.ctid = twice.ctid AND twice.n > 1
        """;

    /// <summary>
    /// Compares the stage with the mirror: one row for each object that is new, back, or different.
    /// Rows that the mirror fetched later than the stage did are left alone.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="withheld">Columns that WeCom hides from this tenant: the mirror keeps what it has.</param>
    /// <param name="touch">
    /// Whether rows that do not differ are listed too, as <c>seen</c>: they get the new <c>fetched_at</c>, so that whoever fetched
    /// earlier and merges later leaves them alone.
    /// </param>
    /// <param name="known">SQL for the rows of the mirror that the stage can be about; null for the whole table.</param>
    public static string FindDifference(MirrorTable table, IReadOnlySet<string> withheld, bool touch, string? known = null)
    {
        string After(Column c) => withheld.Contains(c.Name) ? $"m.{c.Name}"
            : c.Nothing is { } nothing ? $"NULLIF(COALESCE(s.{c.Name}, m.{c.Name}), {nothing})"
            : c.Default is null ? $"COALESCE(s.{c.Name}, m.{c.Name})"
            : $"COALESCE(s.{c.Name}, m.{c.Name}, {c.Default})";

        var compared = table.Values.Where(c => !withheld.Contains(c.Name)).ToArray();
        var fields = compared.Length == 0
            ? "'{}'::text[]"
            : $"array_remove(ARRAY[{string.Join(", ", compared.Select(c => $"CASE WHEN {After(c)} IS DISTINCT FROM m.{c.Name} THEN '{c.Name}' END"))}], NULL)";
        var differs = compared.Length == 0
            ? "false"
            : $"({string.Join(", ", compared.Select(After))}) IS DISTINCT FROM ({string.Join(", ", compared.Select(c => "m." + c.Name))})";
        var values = string.Concat(table.Values.Select(c => $", {After(c)}"));
        var (restored, wanted) = table.Beside is null
            ? ("WHEN m.removed_at IS NOT NULL THEN 'restored' ", $"m.fetched_at <= s.fetched_at AND ({(touch ? "true" : $"m.removed_at IS NOT NULL OR {differs}")})")
            : ("", differs);
        return $"""
            INSERT INTO {table.Difference} ({List(table.Key.Concat(table.Values))}, fetched_at, op, fields)
            SELECT {List(table.Key, "s.")}{values}, s.fetched_at,
                   CASE WHEN m.tenant_id IS NULL THEN 'created' {restored}WHEN {differs} THEN 'changed' ELSE 'seen' END,
                   {fields}
            FROM {table.Stage} s LEFT JOIN {(known is null ? table.Target : $"({known})")} m ON m.tenant_id = $1 AND {Equal(table, "m.", "s.")}
            WHERE m.tenant_id IS NULL OR ({wanted})
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
          AND NOT EXISTS (SELECT FROM {table.Difference} d WHERE {Equal(table, "m.", "d.")})
          AND ({scope})
        """;

    /// <summary>Adds to the difference, as <see cref="Along"/>, what belongs to rows of an owner that this merge removes.</summary>
    /// <param name="table">A table that was compared.</param>
    /// <param name="owner">One of its owners, which was compared.</param>
    public static string AddAlong(MirrorTable table, Owner owner)
    {
        var left = owner.Keeps ? "" : $"AND m.fetched_at <= o.fetched_at{string.Concat(table.Owners.Where(o => o.Keeps).Select(o => $" AND NOT {Kept(o)}"))}";
        return $"""
            INSERT INTO {table.Difference} ({List(table.Key)}, fetched_at, op, fields)
            SELECT {List(table.Key, "m.")}, GREATEST(o.fetched_at, m.fetched_at), '{Along}', '{EmptyArray}'::text[]
            FROM {owner.Table.Difference} o JOIN {table.Target} m ON m.tenant_id = $1 AND m.{owner.Column} = o.{owner.Table.Key[0].Name}
            WHERE o.op = 'removed' AND m.removed_at IS NULL {left}
              AND NOT EXISTS (SELECT FROM {table.Difference} d WHERE {Equal(table, "m.", "d.")})
            """;
    }

    /// <summary>
    /// SQL condition: the owner of the mirror row <c>m</c> is held by this merge, or waits for a person since an earlier one and was not
    /// seen in this.
    /// </summary>
    public static string Kept(Owner owner)
    {
        var key = owner.Table.Key[0];
        return $"""
            m.{owner.Column} IN (
                SELECT {key.Name} FROM {owner.Table.Difference} WHERE op = 'held'
                UNION
                SELECT h.id FROM (
                    SELECT (key ->> '{key.Name}')::{key.SqlType} AS id FROM control.held_removals
                    WHERE tenant_id = $1 AND entity = '{owner.Table.Entity}' AND decision IN ('pending', 'approved', 'discarded')) h
                WHERE NOT EXISTS (SELECT FROM {owner.Table.Stage} s WHERE s.{key.Name} = h.id)
                  AND NOT EXISTS (SELECT FROM {owner.Table.Difference} o WHERE o.{key.Name} = h.id AND o.op = 'removed'))
            """;
    }

    /// <summary>Adds to the difference live rows that are known to be gone, unless the mirror fetched them later than that was known.</summary>
    /// <param name="table">The table.</param>
    /// <param name="gone">SQL that returns the key columns, the table's <see cref="MirrorTable.RemovalFacts"/>, and <c>fetched_at</c>, when it was known.</param>
    public static string AddKnownRemovals(MirrorTable table, string gone) => $"""
        INSERT INTO {table.Difference} ({List(table.Key)}{string.Concat(table.RemovalFacts.Select(c => $", {c.Name}"))}, fetched_at, op, fields)
        SELECT {List(table.Key, "m.")}{string.Concat(table.RemovalFacts.Select(c => $", max(g.{c.Name})"))}, max(g.fetched_at), 'removed', '{EmptyArray}'::text[]
        FROM ({gone}) g JOIN {table.Target} m ON m.tenant_id = $1 AND {Equal(table, "m.", "g.")}
        WHERE m.removed_at IS NULL AND m.fetched_at <= g.fetched_at
          AND NOT EXISTS (SELECT FROM {table.Difference} d WHERE {Equal(table, "d.", "g.")})
        GROUP BY {List(table.Key, "m.")}
        """;

    /// <summary>
    /// Keeps in mind that objects which the mirror does not have (any more) are gone, so that an older word of them that comes late does
    /// not bring them back. The feed says nothing of them.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="gone">As for <see cref="AddKnownRemovals"/>.</param>
    public static string InsertTombstones(MirrorTable table, string gone)
    {
        var needed = table.Values.Where(c => c.Default is not null).ToArray();
        return $"""
            INSERT INTO {table.Target} AS m ({List([.. table.Key, .. needed])}, tenant_id, ref, created_at, changed_at, fetched_at, removed_at)
            SELECT {List(table.Key, "g.")}, {string.Concat(needed.Select(c => $"{c.Default}, "))}$1, gen_random_uuid(), now(), now(), max(g.fetched_at), now()
            FROM ({gone}) g GROUP BY {List(table.Key, "g.")}
            ON CONFLICT ({List([.. table.Key])}, tenant_id) DO UPDATE SET fetched_at = EXCLUDED.fetched_at
            WHERE m.removed_at IS NOT NULL AND m.fetched_at < EXCLUDED.fetched_at
            """;
    }

    /// <summary>Dates the rows that were seen unchanged.</summary>
    public static string Touch(MirrorTable table) => $"""
        UPDATE {table.Target} m SET fetched_at = d.fetched_at FROM {table.Difference} d
        WHERE m.tenant_id = $1 AND {Equal(table, "m.", "d.")} AND d.op = 'seen'
        """;

    /// <summary>Drops the removals that a person decided against.</summary>
    public static string DropDiscarded(MirrorTable table) =>
        $"DELETE FROM {table.Difference} d WHERE d.op = 'removed' AND {Decided(table, HeldDecision.Discarded)}";

    /// <summary>Puts into waiting the removals that nobody approved.</summary>
    public static string HoldRemovals(MirrorTable table) =>
        $"UPDATE {table.Difference} d SET op = 'held' WHERE d.op = 'removed' AND NOT {Decided(table, HeldDecision.Approved)}";

    /// <summary>Leaves waiting what waits for a person already: that the guard would allow it by now decides nothing.</summary>
    public static string HoldPending(MirrorTable table) =>
        $"UPDATE {table.Difference} d SET op = 'held' WHERE d.op = 'removed' AND {Decided(table, HeldDecision.Pending)}";

    /// <summary>Counts the removals that nobody approved.</summary>
    public static string CountUnapproved(MirrorTable table) =>
        $"SELECT count(*) FROM {table.Difference} d WHERE d.op = 'removed' AND NOT {Decided(table, HeldDecision.Approved)}";

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
            WHEN EXISTS (SELECT FROM {table.Difference} d WHERE {IsRemoval} AND {KeyJson(table, "d.")} = h.key) THEN 'removed'
            ELSE 'expired' END
        WHERE h.tenant_id = $1 AND h.entity = '{table.Entity}' AND h.decision IN ('pending', 'approved', 'discarded') AND (
            EXISTS (SELECT FROM {table.Difference} d WHERE {IsRemoval} AND {KeyJson(table, "d.")} = h.key)
            OR EXISTS (SELECT FROM {table.Stage} s WHERE {KeyJson(table, "s.")} = h.key))
        """;

    public static string Insert(MirrorTable table) => $"""
        INSERT INTO {table.Target} (tenant_id, {List(table.Key.Concat(table.Values))}, ref, created_at, changed_at, fetched_at)
        SELECT $1, {List(table.Key.Concat(table.Values))}, gen_random_uuid(), now(), now(), fetched_at
        FROM {table.Difference} WHERE op = 'created'
        """;

    public static string Update(MirrorTable table) => $"""
        UPDATE {table.Target} m
        SET {string.Concat(table.Values.Concat(table.RemovalFacts).Select(c => $"{c.Name} = {Written(table, c)}, "))}changed_at = now(){(table.Beside is null ? ", fetched_at = d.fetched_at, removed_at = NULL" : "")}
        FROM {table.Difference} d
        WHERE m.tenant_id = $1 AND {Equal(table, "m.", "d.")} AND d.op IN ('changed', 'restored', '{Untold}')
        """;

    /// <summary>
    /// Leaves of the changes beside another table what was not just written there by this merge: both were compared with the mirror as it
    /// was, and the feed tells each change once. Of a row that is gone it tells none.
    /// </summary>
    public static string DropWritten(MirrorTable table) => $"""
        WITH still AS (
            SELECT d.ctid AS place, ARRAY(SELECT f FROM unnest(d.fields) AS f WHERE to_jsonb(d) -> f IS DISTINCT FROM to_jsonb(m) -> f) AS fields,
                   CASE WHEN m.removed_at IS NULL THEN d.op ELSE '{Untold}' END AS op
            FROM {table.Difference} d JOIN {table.Target} m ON m.tenant_id = $1 AND {Equal(table, "m.", "d.")}
            WHERE d.op = 'changed'),
        done AS (DELETE FROM {table.Difference} d USING still s WHERE d.ctid = s.place AND s.fields = '{EmptyArray}')
        UPDATE {table.Difference} d SET fields = s.fields, op = s.op FROM still s
        WHERE d.ctid = s.place AND s.fields <> '{EmptyArray}' AND (s.fields, s.op) IS DISTINCT FROM (d.fields, d.op)
        """;

    /// <summary>What a table beside another does not change may just have been written there.</summary>
    private static string Written(MirrorTable table, Column column) =>
        table.Beside is null ? $"d.{column.Name}" : $"CASE WHEN '{column.Name}' = ANY(d.fields) THEN d.{column.Name} ELSE m.{column.Name} END";

    public static string Remove(MirrorTable table) => $"""
        UPDATE {table.Target} m
        SET {string.Concat(table.RemovalFacts.Select(c => $"{c.Name} = d.{c.Name}, "))}removed_at = now(), changed_at = now(), fetched_at = d.fetched_at
        FROM {table.Difference} d
        WHERE m.tenant_id = $1 AND {Equal(table, "m.", "d.")} AND {IsRemoval}
        """;

    /// <summary>Where a merge of events notes which of them is about which object.</summary>
    public static readonly (string Name, string Columns) Causes = ("causes", "(kind text NOT NULL, id text NOT NULL, cause text NOT NULL, PRIMARY KEY (kind, id))");

    /// <summary>Writes the change feed. <c>$2</c> is the last number given out before, <c>$3</c> the cause.</summary>
    /// <param name="table">The table.</param>
    /// <param name="perObject">Whether <c>causes</c> says for each object what caused its changes; <c>$3</c> is for the rest.</param>
    public static string RecordChanges(MirrorTable table, bool perObject)
    {
        var cause = perObject
            ? $"COALESCE({string.Concat(table.Subjects.Select(s => $"(SELECT c.cause FROM causes c WHERE c.kind = '{s.Kind}' AND c.id = {s.IdSql}), "))}$3)"
            : "$3";
        // A row made into JSON as a whole takes a third of the time of jsonb_build_object, which looks each type up again and again.
        return $"""
            INSERT INTO mirror.changes (tenant_id, seq, at, entity, key, op, fields, after, cause)
            SELECT $1, $2 + row_number() OVER (), now(), '{table.Entity}', to_jsonb(k), {Told}, d.fields,
                   CASE WHEN NOT ({IsRemoval}) THEN to_jsonb(a) END, {cause}
            FROM {table.Difference} d
                CROSS JOIN LATERAL (SELECT {List(table.Key, "d.")}) k
                {(table.Beside is { } whole
                    ? $"JOIN {table.Target} m ON m.tenant_id = $1 AND {Equal(table, "m.", "d.")} CROSS JOIN LATERAL (SELECT {List(whole.Key.Concat(whole.Values), "m.")}) a"
                    : $"CROSS JOIN LATERAL (SELECT {List(table.Key.Concat(table.Values), "d.")}) a")}
            WHERE d.op NOT IN ('held', 'seen', '{Untold}')
            """;
    }

    public static string CountDifference(MirrorTable table) => $"""
        SELECT count(*) FILTER (WHERE op = 'created'), count(*) FILTER (WHERE op = 'changed'), count(*) FILTER (WHERE op = 'restored'),
               count(*) FILTER (WHERE op = 'removed'), count(*) FILTER (WHERE op = 'held'), (SELECT count(*) FROM {table.Stage}),
               count(*) FILTER (WHERE op = '{Along}')
        FROM {table.Difference}
        """;

    /// <summary>Every difference with its old and new values, for people.</summary>
    public static string Describe(MirrorTable table) => $"""
        SELECT {KeyJson(table, "d.")}::text, COALESCE({table.Label}, to_jsonb(d) ->> 'name'), {Told} AS op,
               (SELECT jsonb_agg(jsonb_build_object('field', f.name, 'old', to_jsonb(m) -> f.name, 'new', to_jsonb(d) -> f.name) ORDER BY f.place)
                FROM unnest(d.fields) WITH ORDINALITY AS f (name, place))::text
        FROM {table.Difference} d LEFT JOIN {table.Target} m ON m.tenant_id = $1 AND {Equal(table, "m.", "d.")}
        WHERE d.op <> 'seen' ORDER BY 3, 1
        """;

    /// <summary>How many rows changed in which column.</summary>
    public static string CountFields(MirrorTable table) =>
        $"SELECT f, count(*) FROM {table.Difference}, unnest(fields) AS f WHERE op = 'changed' GROUP BY f ORDER BY f";

    public static string KeyJson(MirrorTable table, string alias) =>
        $"jsonb_build_object({string.Join(", ", table.Key.Select(c => $"'{c.Name}', {alias}{c.Name}"))})";

    public static string Equal(MirrorTable table, string left, string right) =>
        string.Join(" AND ", table.Key.Select(c => $"{left}{c.Name} = {right}{c.Name}"));

    private static string Decided(MirrorTable table, HeldDecision decision) => $"""
        EXISTS (
            SELECT FROM control.held_removals h
            WHERE h.tenant_id = $1 AND h.entity = '{table.Entity}' AND h.decision = '{EnumText.Of(decision)}' AND h.key = {KeyJson(table, "d.")})
        """;

    private const string EmptyArray = "{}";

    /// <summary>What is written and not told in the feed.</summary>
    private const string Untold = "untold";

    /// <summary>The difference of a row that is removed because its owner is.</summary>
    private const string Along = "along";

    private const string IsRemoval = $"d.op IN ('removed', '{Along}')";

    /// <summary>What readers are told: to them a removal is a removal.</summary>
    private const string Told = $"CASE d.op WHEN '{Along}' THEN 'removed' ELSE d.op END";

    private static string List(IEnumerable<Column> columns, string alias = "") => string.Join(", ", columns.Select(c => alias + c.Name));
}
