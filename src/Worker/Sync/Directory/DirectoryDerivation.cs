namespace WeComSync.Worker.Sync.Directory;

/// <summary>What follows from staged people for other staged rows, whoever staged them: a run or an event.</summary>
internal static class DirectoryDerivation
{
    /// <summary>Makes one row of each staged person.</summary>
    public static Task CompleteUsersAsync(Merge merge, CancellationToken ct) => merge.ExecuteAsync(CompleteUsers, ct);

    /// <summary>Gives staged people the mirror's spelling, and stages their memberships. Renames come before.</summary>
    public static async Task DeriveAsync(Merge merge, CancellationToken ct)
    {
        await merge.ExecuteAsync(KeepSpelling, ct);
        await merge.ExecuteAsync(DeriveMemberships, ct);
        await merge.ExecuteAsync(SpellTagUsers, ct);
        await merge.ExecuteAsync(LeaveOvertakenTagUsers, ct);
        await merge.ExecuteAsync(LeaveOvertakenTagDepartments, ct);
    }

    /// <summary>One row for each person: the last answer counts; whoever is only on the id list stands with his id.</summary>
    private const string CompleteUsers = """
        DELETE FROM stage_users s USING (
            SELECT ctid, row_number() OVER (PARTITION BY user_key ORDER BY fetched_at DESC, ctid DESC) AS n FROM stage_users
            WHERE user_key IN (SELECT user_key FROM stage_users GROUP BY user_key HAVING count(*) > 1)) twice
        WHERE s.ctid = twice.ctid AND twice.n > 1;
        INSERT INTO stage_users (user_id, fetched_at)
        SELECT min(l.user_id), min(l.fetched_at) FROM listed l
        WHERE NOT EXISTS (SELECT FROM stage_users s WHERE s.user_key = l.user_key)
        GROUP BY l.user_key
        """;

    /// <summary>User ids keep the spelling under which the mirror knows them.</summary>
    private const string KeepSpelling = """
        UPDATE stage_users s SET user_id = m.user_id FROM mirror.users m
        WHERE m.tenant_id = $1 AND lower(m.user_id) = s.user_key AND m.user_id <> s.user_id
        """;

    /// <summary>
    /// Memberships come from a person's details where they could be read, and from the id list for departments that the
    /// reader of details does not see. Details that were overtaken by later ones say nothing: of what began and ended between the
    /// two the mirror has no row that could tell which is older. The same goes for tags.
    /// </summary>
    private const string DeriveMemberships = """
        INSERT INTO stage_user_departments (user_id, department_id, sort_order, is_leader, fetched_at)
        SELECT user_id, department_id, min(sort_order), bool_or(is_leader), min(fetched_at)
        FROM (
            SELECT s.user_id, d.department_id, d.sort_order, d.flag <> 0 AS is_leader, s.fetched_at
            FROM stage_users s CROSS JOIN LATERAL unnest(s.departments, s.orders, s.leader_flags) AS d(department_id, sort_order, flag)
            WHERE d.department_id > 0 AND NOT EXISTS (
                SELECT FROM mirror.users m WHERE m.tenant_id = $1 AND m.user_id = s.user_id AND m.fetched_at > s.fetched_at)
            UNION ALL
            SELECT s.user_id, l.department_id, NULL, NULL, l.fetched_at
            FROM listed l JOIN stage_users s ON s.user_key = l.user_key
            WHERE s.departments IS NULL
            UNION ALL
            SELECT s.user_id, l.department_id, NULL, NULL, l.fetched_at
            FROM listed l JOIN stage_users s ON s.user_key = l.user_key
            WHERE s.departments IS NOT NULL AND NOT EXISTS (SELECT FROM visible_departments v WHERE v.id = l.department_id)
        ) memberships
        GROUP BY user_id, department_id
        """;

    private const string SpellTagUsers = """
        UPDATE stage_contact_tag_users t SET user_id = m.user_id FROM mirror.users m
        WHERE m.tenant_id = $1 AND lower(m.user_id) = lower(t.user_id) AND m.user_id <> t.user_id
        """;

    private const string LeaveOvertakenTagUsers = """
        DELETE FROM stage_contact_tag_users s USING mirror.contact_tags m
        WHERE m.tenant_id = $1 AND m.tag_id = s.tag_id AND m.fetched_at > s.fetched_at
        """;

    private const string LeaveOvertakenTagDepartments = """
        DELETE FROM stage_contact_tag_departments s USING mirror.contact_tags m
        WHERE m.tenant_id = $1 AND m.tag_id = s.tag_id AND m.fetched_at > s.fetched_at
        """;
}
