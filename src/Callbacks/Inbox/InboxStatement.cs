using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Callbacks.Inbox;

/// <summary>Stores a batch of events and queues their tenants' jobs, in one statement and so in one transaction and one round trip.</summary>
internal sealed class InboxStatement(NpgsqlDataSource dataSource, FullInboxes full, TimeProvider clock)
{
    /// <summary>WeCom repeats itself for a minute at most; later, the same bytes are somebody's copy.</summary>
    private const string RepeatLife = "1 hour";

    /// <remarks>
    /// Ids are drawn in the order of arrival, rows are inserted in the order of their unique key: two hosts that store the same
    /// events must not wait for each other in a circle. An event's age is all that is told of when it came: the database's clock
    /// dates what is read from WeCom too, and no clock of ours that is off must make an event older than a reading that had not seen it.
    /// The same bytes again are the same event, unless somebody has read for it meanwhile: WeCom's time has seconds, and what happened
    /// after the reading can look the same (not with a welcome code, which is given once). Twins are only looked at and never locked:
    /// whoever reads for a twin that nobody had claimed when this statement began reads later than the event came.
    /// </remarks>
    private const string Sql = $"""
        WITH input AS MATERIALIZED (
            SELECT nextval('control.callback_events_id_seq') AS id, u.*
            FROM unnest($5::bigint[], $6::text[], $7::bytea[], $8::interval[], $9::timestamptz[], $10::text[], $11::text[], $12::text[],
                        $13::bytea[], $14::text[])
                WITH ORDINALITY
                AS u(tenant_id, channel, digest, age, create_time, event, change_type, object_key, payload, welcome_code, position)),
        placed AS (
            SELECT i.*, statement_timestamp() - i.age AS received_at,
                   CASE WHEN twins.last IS NULL THEN 0
                        WHEN twins.unread OR i.welcome_code IS NOT NULL OR twins.first < statement_timestamp() - i.age - interval '{RepeatLife}' THEN twins.last
                        ELSE twins.last + 1 END AS occurrence
            FROM input i CROSS JOIN LATERAL (
                SELECT max(occurrence) AS last, min(received_at) AS first, bool_or(state IN ('waiting', 'failed') AND claimed_by IS NULL) AS unread
                FROM control.callback_events e WHERE e.tenant_id = i.tenant_id AND e.channel = i.channel AND e.digest = i.digest) twins),
        arrived AS (
            INSERT INTO control.callback_events
                (id, tenant_id, channel, digest, occurrence, received_at, create_time, event, change_type, object_key, payload, welcome_code)
            SELECT id, tenant_id, channel, digest, occurrence, received_at, create_time, event, change_type, object_key, payload, welcome_code
            FROM placed ORDER BY tenant_id, channel, digest
            ON CONFLICT (tenant_id, channel, digest, occurrence) DO NOTHING
            RETURNING tenant_id, id),
        {InboxJobs.QueueSql}
        SELECT i.position FROM input i JOIN arrived a USING (tenant_id, id) LEFT JOIN bell ON true
        """;

    private static readonly Dictionary<Channel, string> ChannelTexts = Enum.GetValues<Channel>().ToDictionary(channel => channel, EnumText.Of);

    /// <returns>What became of each event; all is committed then.</returns>
    public async Task<KeepResult[]> StoreAsync(IReadOnlyList<InboxEvent> events, CancellationToken ct)
    {
        var results = new KeepResult[events.Count];
        var kept = new List<InboxEvent>(events.Count);
        var places = new List<int>(events.Count);
        var refused = new List<long>();
        for (var i = 0; i < events.Count; i++)
        {
            results[i] = full.Has(events[i].TenantId) ? KeepResult.Overflowed : KeepResult.Duplicate;
            if (results[i] == KeepResult.Overflowed)
            {
                refused.Add(events[i].TenantId);
            }
            else
            {
                kept.Add(events[i]);
                places.Add(i);
            }
        }

        await using var connection = await dataSource.OpenConnectionAsync(ct);
        if (refused.Count > 0)
        {
            await FullInboxes.NoteAsync(connection, refused, ct);
        }

        if (kept.Count > 0)
        {
            await using var command = Create(connection, kept, clock.GetUtcNow());
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                results[places[(int)reader.GetInt64(0) - 1]] = KeepResult.Stored;
            }

            full.Stored(kept.Count);
        }

        return results;
    }

    internal static NpgsqlCommand Create(NpgsqlConnection connection, IReadOnlyList<InboxEvent> events, DateTimeOffset now)
    {
        var command = new NpgsqlCommand(Sql, connection);
        var parameters = command.Parameters;
        foreach (var parameter in InboxJobs.Parameters(events.Select(e => e.TenantId).Distinct().ToArray()))
        {
            parameters.Add(parameter);
        }

        Add(e => e.TenantId);
        Add(e => ChannelTexts[e.Channel]);
        Add(e => e.Digest);
        Add(e => e.ReceivedAt < now ? now - e.ReceivedAt : TimeSpan.Zero);
        Add(e => e.CreateTime);
        Add(e => e.Event);
        Add(e => e.ChangeType);
        Add(e => e.ObjectKey);
        Add(e => e.Payload);
        Add(e => e.WelcomeCode);

        return command;

        void Add<T>(Func<InboxEvent, T> column)
        {
            var values = new T[events.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = column(events[i]);
            }

            parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values });
        }
    }
}
