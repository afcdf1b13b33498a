using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Callbacks.Inbox;

/// <summary>Stores a batch of events and queues their tenants' jobs, in one statement and so in one transaction and one round trip.</summary>
internal sealed class InboxStatement(NpgsqlDataSource dataSource, FullInboxes full, TimeProvider clock)
{
    /// <remarks>
    /// Ids are drawn in the order of arrival, rows are inserted in the order of their unique key: two hosts that store the same
    /// events must not wait for each other in a circle. An event's age is all that is told of when it came: the database's clock
    /// dates what is read from WeCom too, and no clock of ours that is off must make an event older than a reading that had not seen it.
    /// </remarks>
    private const string Sql = $"""
        WITH input AS MATERIALIZED (
            SELECT nextval('control.callback_events_id_seq') AS id, u.*
            FROM unnest($5::bigint[], $6::text[], $7::bytea[], $8::interval[], $9::timestamptz[], $10::text[], $11::text[], $12::text[],
                        $13::bytea[], $14::text[])
                WITH ORDINALITY
                AS u(tenant_id, channel, digest, age, create_time, event, change_type, object_key, payload, welcome_code, position)),
        arrived AS (
            INSERT INTO control.callback_events
                (id, tenant_id, channel, digest, received_at, create_time, event, change_type, object_key, payload, welcome_code)
            SELECT id, tenant_id, channel, digest, statement_timestamp() - age, create_time, event, change_type, object_key, payload, welcome_code
            FROM input ORDER BY tenant_id, channel, digest
            ON CONFLICT (tenant_id, channel, digest) DO NOTHING
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
