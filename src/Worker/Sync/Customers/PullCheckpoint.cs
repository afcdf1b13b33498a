using Npgsql;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>
/// How far a tenant's pull got, in <c>control.customer_pulls</c> and <c>control.follow_readings</c>. A run that finds a pull which was
/// not read to its end goes on with it.
/// </summary>
internal sealed class PullCheckpoint
{
    private const string BeginSql = """
        INSERT INTO control.customer_pulls AS p (tenant_id, pull, started_at) VALUES ($1, 1, now())
        ON CONFLICT (tenant_id) DO UPDATE SET pull = p.pull + 1, started_at = now(), finished_at = NULL, chats_after = NULL, failed_chats = NULL
        WHERE p.finished_at IS NOT NULL OR p.started_at < now() - interval '12 hours'
        """;

    /// <summary>The live relations of the members just read that the stage lacks.</summary>
    private const string UnseenSql = """
        SELECT $1::bigint, m.user_id, m.external_user_id, $2::timestamptz
        FROM mirror.follows m
        WHERE m.tenant_id = $1 AND m.user_id = ANY(ARRAY(SELECT user_id FROM read_members)) AND m.removed_at IS NULL AND m.fetched_at < $2
          AND NOT EXISTS (SELECT FROM stage_follows s WHERE s.user_id = m.user_id AND s.external_user_id = m.external_user_id)
        """;

    private readonly long pull;

    private PullCheckpoint(long pull, bool resumed, string? chatsAfter, IReadOnlyList<string> failedChats, IReadOnlySet<string> done)
    {
        this.pull = pull;
        Resumed = resumed;
        ChatsAfter = chatsAfter;
        FailedChats = failedChats;
        Done = done;
    }

    /// <summary>Whether an earlier run began this pull.</summary>
    public bool Resumed { get; }

    /// <summary>The last group chat that is done; null if none is.</summary>
    public string? ChatsAfter { get; }

    /// <summary>Those up to there that an earlier run could not read, which says nothing of now.</summary>
    public IReadOnlyList<string> FailedChats { get; }

    /// <summary>Members who were read to the end. Whoever could not be read is tried again.</summary>
    public IReadOnlySet<string> Done { get; }

    /// <summary>Begins a pull or finds the one to go on with. A dry run always reads all and notes nothing.</summary>
    public static async Task<PullCheckpoint> OpenAsync(PullSession session, CancellationToken ct)
    {
        var connection = session.Run.Connection;
        var tenantId = session.Tenant.Id;
        if (session.DryRun)
        {
            return new PullCheckpoint(0, false, null, [], new HashSet<string>());
        }

        await using var transaction = await connection.BeginTransactionAsync(ct);
        var began = await connection.ExecuteAsync(BeginSql, [tenantId], ct) > 0;
        if (began)
        {
            await connection.ExecuteAsync("DELETE FROM control.unseen_follows WHERE tenant_id = $1", [tenantId], ct);
        }

        long pull;
        string? chatsAfter;
        string[] failedChats;
        await using (var read = new NpgsqlCommand(
            "SELECT pull, chats_after, COALESCE(failed_chats, '{}') FROM control.customer_pulls WHERE tenant_id = $1", connection))
        {
            read.Add(tenantId);
            await using var row = await read.ExecuteReaderAsync(ct);
            await row.ReadAsync(ct);
            (pull, chatsAfter, failedChats) = (row.GetInt64(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetFieldValue<string[]>(2));
        }

        await transaction.CommitAsync(ct);
        var done = await connection.TextsAsync(
            "SELECT user_id FROM control.follow_readings WHERE tenant_id = $1 AND pull = $2 AND failure IS NULL", [tenantId, pull], ct);
        return new PullCheckpoint(pull, !began, chatsAfter, failedChats, done.ToHashSet(StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>How many customers the mirror has of each member who was ever read to the end.</summary>
    public static async Task<IReadOnlyDictionary<string, int>> CountKnownAsync(PullSession session, CancellationToken ct)
    {
        await using var count = new NpgsqlCommand("""
            SELECT r.user_id, (
                SELECT count(*)::int FROM mirror.follows f WHERE f.tenant_id = $1 AND f.user_id = r.user_id AND f.removed_at IS NULL)
            FROM control.follow_readings r WHERE r.tenant_id = $1 AND r.read_at IS NOT NULL
            """, session.Run.Connection) { CommandTimeout = 0 };
        count.Add(session.Tenant.Id);
        await using var reader = await count.ExecuteReaderAsync(ct);
        var known = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadAsync(ct))
        {
            known[reader.GetString(0)] = reader.GetInt32(1);
        }

        return known;
    }

    /// <summary>Members were read to the end: whoever of theirs the mirror has and this reading lacks is noted, and judged last.</summary>
    /// <param name="merge">The transaction that has their relations.</param>
    /// <param name="listedAt">When the reading began, by the database's clock.</param>
    /// <param name="ct">Stops it.</param>
    public async Task ReadAsync(Merge merge, DateTimeOffset listedAt, CancellationToken ct)
    {
        await using (var note = merge.Command("""
            INSERT INTO control.follow_readings AS r (tenant_id, user_id, pull, read_at, checked_at)
            SELECT $1, user_id, $2, $3, $3 FROM read_members
            ON CONFLICT (tenant_id, user_id) DO UPDATE SET pull = $2, read_at = $3, checked_at = $3, failure = NULL
            """))
        {
            note.Add(merge.TenantId, pull, listedAt);
            await note.ExecuteNonQueryAsync(ct);
        }

        await using var unseen = merge.Command(
            $"INSERT INTO control.unseen_follows (tenant_id, user_id, external_user_id, listed_at) {UnseenSql} ON CONFLICT DO NOTHING");
        unseen.Add(merge.TenantId, listedAt);
        await unseen.ExecuteNonQueryAsync(ct);
    }

    /// <summary>As <see cref="ReadAsync"/> for a dry run, which keeps in memory what it may not write.</summary>
    public static async Task CollectUnseenAsync(Merge merge, DateTimeOffset listedAt, PullSession session, CancellationToken ct)
    {
        await using var unseen = merge.Command(UnseenSql);
        unseen.Add(merge.TenantId, listedAt);
        await using var reader = await unseen.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            session.Unseen.Add((reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3)));
        }
    }

    /// <summary>A member could not be read: his relations stay as they are.</summary>
    public async Task FailAsync(PullSession session, NpgsqlConnection connection, string userId, string why, CancellationToken ct)
    {
        if (!session.DryRun)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO control.follow_readings AS r (tenant_id, user_id, pull, failure) VALUES ($1, $2, $3, $4)
                ON CONFLICT (tenant_id, user_id) DO UPDATE SET pull = $3, failure = $4
                """,
                [session.Tenant.Id, userId, pull, why], ct);
        }
    }

    /// <summary>Group chats are merged up to one, but for those that could not be read.</summary>
    public static async Task PassChatsAsync(Merge merge, string chatId, string[] failed, CancellationToken ct)
    {
        await using var note = merge.Command("UPDATE control.customer_pulls SET chats_after = $2, failed_chats = $3 WHERE tenant_id = $1");
        note.Add(merge.TenantId, chatId, failed);
        await note.ExecuteNonQueryAsync(ct);
    }

    /// <summary>What is gone by the list of its member, who was seen after he was asked, need not be asked for again.</summary>
    public static Task ConfirmAsync(PullSession session, NpgsqlConnection stage, CancellationToken ct) => session.DryRun
        ? Task.CompletedTask
        : stage.ExecuteAsync(
            """
            UPDATE control.unseen_follows u SET confirmed_at = now() FROM gone_follows g
            WHERE u.tenant_id = $1 AND u.user_id = g.user_id AND u.external_user_id = g.external_user_id AND u.confirmed_at IS NULL
            """,
            [session.Tenant.Id], ct);

    /// <summary>The pull is at its end: the next run begins a new one.</summary>
    public static async Task FinishAsync(Merge merge, CancellationToken ct)
    {
        await merge.ExecuteAsync("UPDATE control.customer_pulls SET finished_at = now() WHERE tenant_id = $1", ct);
        await merge.ExecuteAsync("DELETE FROM control.unseen_follows WHERE tenant_id = $1", ct);
    }
}
