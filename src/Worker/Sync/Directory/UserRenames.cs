namespace WeComSync.Worker.Sync.Directory;

/// <summary>
/// A changed userid is a rename: the person keeps his row and its <c>ref</c>, and everything that names him follows. The old id stays
/// behind as a removed row of its own, so that an old word of it that comes late brings nobody back.
/// </summary>
internal static class UserRenames
{
    /// <summary>Who is in the mirror and not in the stage.</summary>
    public static readonly (string Name, string Columns) Missing =
        ("missing_users", "(user_id text COLLATE \"C\", name text, mobile text, email text, biz_mail text)");

    private const string FindMissing = """
        INSERT INTO missing_users
        SELECT m.user_id, m.name, m.mobile, m.email, m.biz_mail FROM mirror.users m
        WHERE m.tenant_id = $1 AND m.removed_at IS NULL AND NOT EXISTS (SELECT FROM stage_users s WHERE s.user_key = lower(m.user_id))
        """;

    private const string Create = """
        CREATE TEMP TABLE renamed (
            old_id text COLLATE "C", new_id text COLLATE "C", at timestamptz, cause text, has_left boolean NOT NULL DEFAULT false) ON COMMIT DROP
        """;

    /// <summary>
    /// Finds renames that no event told: someone vanished and someone appeared who has the same name and the same
    /// mobile or e-mail, which WeCom keeps unique within a corp. Where more than one pair would fit, none is taken.
    /// </summary>
    private const string Find = """
        INSERT INTO renamed (old_id, new_id, at)
        WITH arrived AS MATERIALIZED (
            SELECT s.user_id, s.name, s.mobile, s.email, s.biz_mail, s.fetched_at FROM stage_users s
            WHERE NOT EXISTS (SELECT FROM mirror.users m WHERE m.tenant_id = $1 AND lower(m.user_id) = s.user_key)),
        pairs AS (
            SELECT m.user_id AS old_id, a.user_id AS new_id, a.fetched_at FROM missing_users m JOIN arrived a ON a.name = m.name
            WHERE m.mobile = a.mobile AND a.mobile <> '' OR m.email = a.email AND a.email <> '' OR m.biz_mail = a.biz_mail AND a.biz_mail <> '')
        SELECT old_id, new_id, fetched_at FROM pairs p
        WHERE NOT EXISTS (SELECT FROM pairs x WHERE (x.old_id = p.old_id) <> (x.new_id = p.new_id))
        """;

    /// <summary>
    /// Takes one rename that an event told, where the mirror knows the old id. A row that has the new id already is younger if the
    /// rename was not applied yet; one that is older shows that it was. If it is removed, the person left before the rename was known.
    /// </summary>
    private const string Take = """
        INSERT INTO renamed (old_id, new_id, at, cause, has_left)
        SELECT o.user_id, COALESCE(n.user_id, $3), $4, $5, o.removed_at IS NULL AND n.removed_at IS NOT NULL
        FROM mirror.users o LEFT JOIN mirror.users n ON n.tenant_id = $1 AND lower(n.user_id) = lower($3)
        WHERE o.tenant_id = $1 AND lower(o.user_id) = lower($2) AND (n.user_id IS NULL OR o.created_at < n.created_at)
        """;

    private const string Move = """
        UPDATE mirror.users m SET user_id = r.new_id, changed_at = now() FROM renamed r
        WHERE m.tenant_id = $1 AND m.user_id = r.old_id
          AND NOT EXISTS (SELECT FROM mirror.users n WHERE n.tenant_id = $1 AND n.user_id = r.new_id)
        """;

    /// <summary>Where somebody read the new id before the rename was known: that row says what is true now, and the older identity takes it over.</summary>
    private const string Unite = """
        UPDATE mirror.users m
        SET ref = other.ref, created_at = other.created_at, changed_at = now()
        FROM renamed r, mirror.users other
        WHERE m.tenant_id = $1 AND m.user_id IN (r.old_id, r.new_id) AND other.tenant_id = $1
          AND other.user_id = CASE m.user_id WHEN r.old_id THEN r.new_id ELSE r.old_id END
        """;

    private const string EndOld = """
        INSERT INTO mirror.users AS m (tenant_id, user_id, detail, ref, created_at, changed_at, fetched_at, removed_at)
        SELECT $1, r.old_id, 'id_only', gen_random_uuid(), now(), now(), r.at, now() FROM renamed r
        ON CONFLICT (tenant_id, user_id) DO UPDATE
        SET removed_at = COALESCE(m.removed_at, now()), fetched_at = GREATEST(m.fetched_at, EXCLUDED.fetched_at)
        """;

    /// <summary>
    /// Relations move unless the new id has the same one already, or has newer ones of a kind that WeCom always tells as a whole list:
    /// what that list lacks is no longer so.
    /// </summary>
    private static string StaysBehind(Follower f) => $"""
        EXISTS (
            SELECT FROM mirror.{f.Table} n WHERE n.tenant_id = $1 AND n.user_id = r.new_id
              AND (n.{f.Other} = m.{f.Other}{(f.Listed ? " OR n.fetched_at > m.fetched_at" : "")}))
        """;

    /// <summary>The feed's readers move all that names the old id: what does not follow is told to be gone before that.</summary>
    private static string Leave(Follower f) => $"""
        SELECT '{f.Entity}' AS entity, jsonb_build_object('user_id', r.old_id, '{f.Other}', m.{f.Other}) AS key, r.cause
        FROM renamed r JOIN mirror.{f.Table} m ON m.tenant_id = $1 AND m.user_id = r.old_id AND m.removed_at IS NULL
        WHERE {StaysBehind(f)} AND NOT EXISTS (
            SELECT FROM mirror.{f.Table} n WHERE n.tenant_id = $1 AND n.user_id = r.new_id AND n.{f.Other} = m.{f.Other} AND n.removed_at IS NULL)
        """;

    private static string Follow(Follower f) => $"""
        UPDATE mirror.{f.Table} m SET user_id = r.new_id, changed_at = now() FROM renamed r
        WHERE m.tenant_id = $1 AND m.user_id = r.old_id AND NOT {StaysBehind(f)}
        """;

    private static string EndOldRelations(string table) => $"""
        UPDATE mirror.{table} m SET removed_at = COALESCE(m.removed_at, now()), changed_at = now(), fetched_at = GREATEST(m.fetched_at, r.at)
        FROM renamed r WHERE m.tenant_id = $1 AND m.user_id = r.old_id
        """;

    /// <summary>What readers of the feed must be told, in that order: what stays behind, the new ids, and who had left before.</summary>
    private static string Told => $"""
        CREATE TEMP TABLE told_of_renames ON COMMIT DROP AS
        SELECT row_number() OVER (ORDER BY step) AS place, * FROM (
            SELECT 1 AS step, left_behind.entity, left_behind.key, 'removed' AS op, ARRAY[]::text[] AS fields, NULL::jsonb AS after, left_behind.cause
            FROM ({string.Join(" UNION ALL ", Followers.Select(Leave))}) left_behind
            UNION ALL
            SELECT 2, 'user', jsonb_build_object('user_id', new_id), 'renamed', ARRAY['user_id'],
                   jsonb_build_object('user_id', new_id, 'former_user_id', old_id), cause
            FROM renamed
            UNION ALL
            SELECT 3, 'user', jsonb_build_object('user_id', new_id), 'removed', ARRAY[]::text[], NULL, cause FROM renamed WHERE has_left) told
        """;

    private const string Record = """
        INSERT INTO mirror.changes (tenant_id, seq, at, entity, key, op, fields, after, cause)
        SELECT $1, $2 + place, now(), entity, key, op, fields, after, COALESCE(cause, $3) FROM told_of_renames
        """;

    /// <summary>Tables that name a person, besides <c>mirror.users</c> itself.</summary>
    private static readonly Follower[] Followers =
    [
        new("user_departments", "user_department", "department_id", Listed: true), new("contact_tag_users", "contact_tag_user", "tag_id", Listed: false),
        new("follows", "follow", "external_user_id", Listed: false),
    ];

    /// <summary>Finds and applies the renames that a whole listing shows.</summary>
    public static async Task FindAsync(Merge merge, CancellationToken ct)
    {
        if (await merge.ExecuteAsync(FindMissing, ct) == 0)
        {
            return;
        }

        await merge.ExecuteAsync(Create, ct);
        await WriteAsync(merge, await merge.ExecuteAsync(Find, ct), ct);
    }

    /// <summary>Applies renames that events told, in their order: one may build on another.</summary>
    public static async Task ApplyAsync(Merge merge, IReadOnlyCollection<KnownRename> renames, CancellationToken ct)
    {
        if (renames.Count == 0)
        {
            return;
        }

        await merge.ExecuteAsync(Create, ct);
        foreach (var rename in renames)
        {
            await merge.ExecuteAsync("TRUNCATE renamed", ct);
            await using var take = merge.Command(Take);
            take.Add(merge.TenantId, rename.OldId, rename.NewId, rename.At, rename.Cause);
            await WriteAsync(merge, await take.ExecuteNonQueryAsync(ct), ct);
        }
    }

    private static async Task WriteAsync(Merge merge, int count, CancellationToken ct)
    {
        if (count == 0)
        {
            return;
        }

        // Relations to customers are written under the other half's fence.
        await merge.ExecuteAsync("SELECT FROM control.merge_fences WHERE tenant_id = $1 AND part = 'customers' FOR UPDATE", ct);
        await merge.ExecuteAsync(Told, ct);
        await using var size = merge.Command("SELECT count(*)::int FROM told_of_renames");
        var before = await merge.ReserveChangesAsync((int)(await size.ExecuteScalarAsync(ct))!, ct);
        await using (var record = merge.Command(Record))
        {
            record.Add(merge.TenantId, before, merge.Cause);
            await record.ExecuteNonQueryAsync(ct);
        }

        await merge.ExecuteAsync("DROP TABLE told_of_renames", ct);
        await merge.ExecuteAsync(Unite, ct);
        await merge.ExecuteAsync(Move, ct);
        await merge.ExecuteAsync(EndOld, ct);
        foreach (var follower in Followers)
        {
            await merge.ExecuteAsync(Follow(follower), ct);
            await merge.ExecuteAsync(EndOldRelations(follower.Table), ct);
        }

        merge.Count(DirectoryTables.Users.Entity, new KindCounts { Renamed = count });
    }

    /// <param name="Table">In the mirror.</param>
    /// <param name="Entity">In the change feed.</param>
    /// <param name="Other">The rest of the key.</param>
    /// <param name="Listed">WeCom always tells all of a person's at once.</param>
    private sealed record Follower(string Table, string Entity, string Other, bool Listed);
}

/// <summary>A rename that an event told.</summary>
/// <param name="OldId">In any spelling.</param>
/// <param name="NewId">In WeCom's spelling.</param>
/// <param name="At">When it happened, at the latest.</param>
/// <param name="Cause">The event, as the change feed shows it.</param>
internal sealed record KnownRename(string OldId, string NewId, DateTimeOffset At, string Cause);
