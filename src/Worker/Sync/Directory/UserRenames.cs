namespace WeComSync.Worker.Sync.Directory;

/// <summary>
/// A changed userid is a rename: the person keeps his row and its <c>ref</c>, and everything that names him follows.
/// </summary>
internal static class UserRenames
{
    /// <summary>Who is in the mirror and not in the stage.</summary>
    private const string FindMissing = """
        CREATE TEMP TABLE missing_users ON COMMIT DROP AS
        SELECT m.user_id, m.name, m.mobile, m.email, m.biz_mail FROM mirror.users m
        WHERE m.tenant_id = $1 AND m.removed_at IS NULL AND NOT EXISTS (SELECT FROM stage_users s WHERE s.user_key = lower(m.user_id))
        """;

    /// <summary>
    /// Finds renames that no event told: someone vanished and someone appeared who has the same name and the same
    /// mobile or e-mail, which WeCom keeps unique within a corp. Where more than one pair would fit, none is taken.
    /// </summary>
    private const string Find = """
        CREATE TEMP TABLE renamed ON COMMIT DROP AS
        WITH arrived AS MATERIALIZED (
            SELECT s.user_id, s.name, s.mobile, s.email, s.biz_mail FROM stage_users s
            WHERE NOT EXISTS (SELECT FROM mirror.users m WHERE m.tenant_id = $1 AND lower(m.user_id) = s.user_key)),
        pairs AS (
            SELECT m.user_id AS old_id, a.user_id AS new_id FROM missing_users m JOIN arrived a ON a.name = m.name
            WHERE m.mobile = a.mobile AND a.mobile <> '' OR m.email = a.email AND a.email <> '' OR m.biz_mail = a.biz_mail AND a.biz_mail <> '')
        SELECT old_id, new_id FROM pairs p
        WHERE NOT EXISTS (SELECT FROM pairs x WHERE (x.old_id = p.old_id) <> (x.new_id = p.new_id))
        """;

    /// <summary>Tables that name a person, besides <c>mirror.users</c> itself.</summary>
    private static readonly string[] Followers = ["user_departments", "contact_tag_users"];

    public static async Task ApplyAsync(Merge merge, CancellationToken ct)
    {
        await merge.ExecuteAsync(FindMissing, ct);
        await using (var any = merge.Command("SELECT EXISTS (SELECT FROM missing_users)"))
        {
            if (!(bool)(await any.ExecuteScalarAsync(ct))!)
            {
                return;
            }
        }

        await merge.ExecuteAsync(Find, ct);
        var count = await merge.ExecuteAsync(
            "UPDATE mirror.users m SET user_id = r.new_id, changed_at = now() FROM renamed r WHERE m.tenant_id = $1 AND m.user_id = r.old_id", ct);
        if (count == 0)
        {
            return;
        }

        foreach (var table in Followers)
        {
            await merge.ExecuteAsync(
                $"UPDATE mirror.{table} m SET user_id = r.new_id, changed_at = now() FROM renamed r WHERE m.tenant_id = $1 AND m.user_id = r.old_id", ct);
        }

        var before = await merge.ReserveChangesAsync(count, ct);
        await using var record = merge.Command("""
            INSERT INTO mirror.changes (tenant_id, seq, at, entity, key, op, fields, after, cause)
            SELECT $1, $2 + row_number() OVER (), now(), 'user', jsonb_build_object('user_id', new_id), 'renamed', '{user_id}',
                   jsonb_build_object('user_id', new_id, 'former_user_id', old_id), $3
            FROM renamed
            """);
        record.Add(merge.TenantId, before, merge.Cause);
        await record.ExecuteNonQueryAsync(ct);
        merge.Count(DirectoryTables.Users.Entity, new KindCounts { Renamed = count });
    }
}
