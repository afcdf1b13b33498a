namespace WeComSync.Worker.Sync.Customers;

/// <summary>What follows from staged relations for other rows, whoever staged them: a pull, a single reading or an event.</summary>
internal static class CustomerDerivation
{
    /// <summary>Makes one row of each staged customer and relation, and takes out what the mirror knows better.</summary>
    /// <param name="merge">The merge.</param>
    /// <param name="known">SQL for the mirror's rows of the staged relations, with the columns of <c>mirror.follows</c>.</param>
    /// <param name="ct">Stops the merge.</param>
    public static Task CompleteAsync(Merge merge, string known, CancellationToken ct) => CompleteAsync(merge, known, readOneByOne: false, ct);

    private static async Task CompleteAsync(Merge merge, string known, bool readOneByOne, CancellationToken ct)
    {
        // Of what was staged a moment ago the planner knows nothing, and would take one row at a time.
        await merge.ExecuteAsync("ANALYZE stage_customers (external_user_id)", ct);
        await merge.ExecuteAsync("ANALYZE stage_follows (user_id, external_user_id)", ct);
        await merge.ExecuteAsync("ANALYZE read_members", ct);
        await merge.ExecuteAsync(MirrorSql.KeepNewest(CustomerTables.Customers), ct);
        await merge.ExecuteAsync(MirrorSql.KeepNewest(CustomerTables.Follows), ct);
        await merge.ExecuteAsync(EmptyTags, ct);
        await merge.ExecuteAsync(BeginAnew(known), ct);
        await merge.ExecuteAsync(ForgetDeletion(known), ct);
        if (readOneByOne)
        {
            await merge.ExecuteAsync(DropStale(known), ct);
            await merge.ExecuteAsync(DropEnded, ct);
            await merge.ExecuteAsync(ForgetNobodys, ct);
            await merge.ExecuteAsync(ShowNobody, ct);
        }

        await merge.ExecuteAsync(SettlePending, ct);
    }

    /// <summary>Compares customers who were read one by one, and all their relations.</summary>
    public static async Task CompareReadAsync(Merge merge, CancellationToken ct)
    {
        await merge.ExecuteAsync(SpellUsers, ct);
        await CompleteAsync(merge, OfStagedCustomers, readOneByOne: true, ct);
        await merge.CompareAsync(CustomerTables.Customers, ct);
        await merge.ComparePartAsync(CustomerTables.Follows, OfStagedCustomers, ct);
    }

    /// <summary>Marks customers whom nobody visible follows any more. After the comparison of the relations.</summary>
    public static async Task HideUnfollowedAsync(Merge merge, CancellationToken ct)
    {
        await merge.ExecuteAsync(HideUnfollowed, ct);
        await merge.CompareAsync(CustomerTables.CustomerMarks, ct);
    }

    /// <summary>
    /// WeCom leaves out what is not set. Where it returns tags at all, a relation without the field has none; where it returns none of
    /// them, the field is hidden and says nothing.
    /// </summary>
    private const string EmptyTags = """
        UPDATE stage_follows SET tag_ids = '{}' WHERE tag_ids IS NULL AND EXISTS (SELECT FROM stage_follows WHERE tag_ids IS NOT NULL);
        UPDATE stage_follows SET personal_tags = '{}' WHERE personal_tags IS NULL AND EXISTS (SELECT FROM stage_follows WHERE personal_tags IS NOT NULL)
        """;

    private const string OfStagedCustomers = """
        SELECT f.* FROM mirror.follows f
        WHERE f.tenant_id = $1 AND f.external_user_id = ANY(ARRAY(SELECT DISTINCT external_user_id FROM stage_follows))
        """;

    /// <summary>Members keep the spelling under which the mirror's directory knows them.</summary>
    private const string SpellUsers = """
        UPDATE stage_follows s SET user_id = u.user_id FROM mirror.users u
        WHERE u.tenant_id = $1 AND lower(u.user_id) = lower(s.user_id) AND u.user_id <> s.user_id
        """;

    /// <summary>A member has confirmed: WeCom knows the relation.</summary>
    private const string SettlePending = """
        UPDATE control.contact_notices n SET pending = false FROM stage_follows s
        WHERE n.tenant_id = $1 AND n.pending AND n.external_user_id = s.external_user_id AND lower(n.user_id) = lower(s.user_id)
        """;

    /// <summary>What a new adding leaves out is not what the one before it said.</summary>
    private static string BeginAnew(string known) => $"""
        UPDATE stage_follows s SET oper_user_id = COALESCE(s.oper_user_id, ''), state = COALESCE(s.state, ''),
            wechat_channels = COALESCE(s.wechat_channels, 'null'::jsonb)
        FROM ({known}) m
        WHERE m.user_id = s.user_id AND m.external_user_id = s.external_user_id AND s.followed_at > m.followed_at
        """;

    /// <summary>A customer who was added anew has taken the deletion back.</summary>
    private static string ForgetDeletion(string known) => $"""
        UPDATE stage_follows s SET deleted_by_customer_at = '-infinity' FROM ({known}) m
        WHERE m.user_id = s.user_id AND m.external_user_id = s.external_user_id
          AND m.deleted_by_customer_at IS NOT NULL AND s.deleted_by_customer_at IS NULL AND s.followed_at > m.deleted_by_customer_at
        """;

    /// <summary>
    /// For a while after a member deleted a customer, reading the customer may still show the relation; the member's own list does not.
    /// What began before the relation was known to be gone is that relation; what began after it, a new one. It is known from the event of
    /// the deletion, or from a reading that lacked it: of a relation without a live row that is its member's last whole one.
    /// </summary>
    /// <remarks>
    /// Where a reading is compared with what WeCom dates, a minute stands for whole seconds, for clocks that differ and for data that lag
    /// behind: so shortly before the reading nothing is known to be gone.
    /// </remarks>
    private static string DropStale(string known) => $"""
        DELETE FROM stage_follows s USING (
            SELECT k.user_id, k.external_user_id, m.removed_at, GREATEST(m.deleted_by_member_at, CASE
                WHEN l.user_id IS NOT NULL THEN NULL
                WHEN m.user_id IS NULL OR r.read_at >= m.removed_at THEN r.read_at
                WHEN m.deleted_by_member_at IS NULL THEN m.fetched_at END - interval '1 minute') AS since
            FROM stage_follows k
                LEFT JOIN ({known}) m ON m.user_id = k.user_id AND m.external_user_id = k.external_user_id
                LEFT JOIN listed_follows l ON l.user_id = k.user_id AND l.external_user_id = k.external_user_id
                LEFT JOIN control.follow_readings r ON r.tenant_id = $1 AND r.user_id = k.user_id
            WHERE m.user_id IS NULL OR m.removed_at IS NOT NULL) gone
        WHERE gone.user_id = s.user_id AND gone.external_user_id = s.external_user_id
          AND GREATEST(gone.removed_at, gone.since) > now() - interval '1 hour'
          AND GREATEST(s.followed_at, s.deleted_by_customer_at) < gone.since
          AND NOT EXISTS (
              SELECT FROM control.contact_notices n
              WHERE n.tenant_id = $1 AND n.kind = 'added' AND n.external_user_id = s.external_user_id AND lower(n.user_id) = lower(s.user_id)
                AND n.at >= gone.since)
        """;

    /// <summary>A late event may tell of a relation that the mirror never had and that was over when its member was read.</summary>
    private const string DropEnded = """
        DELETE FROM stage_follows_beside s USING control.follow_readings r
        WHERE r.tenant_id = $1 AND r.user_id = s.user_id AND s.deleted_by_customer_at < r.read_at - interval '1 minute'
          AND NOT EXISTS (
              SELECT FROM mirror.follows m WHERE m.tenant_id = $1 AND m.user_id = s.user_id AND m.external_user_id = s.external_user_id)
        """;

    /// <summary>Whose only relation was stale is nobody's customer if the mirror does not know him.</summary>
    private const string ForgetNobodys = """
        DELETE FROM stage_customers c
        WHERE NOT EXISTS (SELECT FROM stage_follows s WHERE s.external_user_id = c.external_user_id)
          AND NOT EXISTS (SELECT FROM stage_follows_beside s WHERE s.external_user_id = c.external_user_id)
          AND NOT EXISTS (SELECT FROM mirror.customers m WHERE m.tenant_id = $1 AND m.external_user_id = c.external_user_id)
        """;

    /// <summary>Whose only relation was stale is not seen by it.</summary>
    private const string ShowNobody = """
        UPDATE stage_customers c SET visible = NULL WHERE NOT EXISTS (SELECT FROM stage_follows s WHERE s.external_user_id = c.external_user_id)
        """;

    private const string HideUnfollowed = """
        INSERT INTO stage_customers_beside (external_user_id, visible, fetched_at)
        SELECT x.external_user_id, false, now() FROM (
            SELECT external_user_id FROM difference_follows WHERE op = 'removed'
            UNION SELECT external_user_id FROM difference_follows_beside WHERE NOT visible) x
        WHERE NOT EXISTS (
            SELECT FROM mirror.follows m
            WHERE m.tenant_id = $1 AND m.external_user_id = x.external_user_id AND m.removed_at IS NULL AND m.visible
              AND NOT EXISTS (
                  SELECT FROM difference_follows d WHERE d.user_id = m.user_id AND d.external_user_id = m.external_user_id AND d.op = 'removed')
              AND NOT EXISTS (
                  SELECT FROM difference_follows_beside d
                  WHERE d.user_id = m.user_id AND d.external_user_id = m.external_user_id AND NOT d.visible))
          AND NOT EXISTS (
              SELECT FROM difference_follows d WHERE d.external_user_id = x.external_user_id AND d.op IN ('created', 'restored', 'changed') AND d.visible)
        """;
}
