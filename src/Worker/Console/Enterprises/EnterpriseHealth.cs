using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Doctor;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.WebConsole.Enterprises;

/// <summary>One enterprise in one glance.</summary>
internal sealed record EnterpriseHealth
{
    /// <summary>What is asked to see whether customers can be read.</summary>
    private const string CustomersEndpoint = "externalcontact/get_follow_user_list";

    private static readonly string Sql = $"""
        SELECT p.live, p.id_only,
               (SELECT count(*) FROM mirror.departments WHERE tenant_id = $1 AND removed_at IS NULL),
               (SELECT count(*) FROM control.held_removals WHERE tenant_id = $1 AND decision = 'pending'),
               (SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND state = 'waiting'),
               (SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND state = 'parked'),
               (SELECT min(received_at) FROM control.callback_events WHERE tenant_id = $1 AND state = 'waiting'),
               (SELECT max(last_at) FROM control.callback_attempts WHERE tenant_id = $1 AND outcome IN ('accepted', 'duplicate')),
               (SELECT array_agg(a.channel::text) FROM control.callback_attempts a JOIN control.wecom_settings s ON s.tenant_id = $1 AND s.channel = a.channel
                WHERE a.tenant_id = $1 AND a.outcome = 'verified' AND s.token IS NOT NULL AND (s.callback_set_at IS NULL OR a.last_at >= s.callback_set_at)),
               (SELECT array_agg(channel::text) FROM control.wecom_settings WHERE tenant_id = $1 AND secret IS NOT NULL),
               (SELECT array_agg(channel::text) FROM control.wecom_settings WHERE tenant_id = $1 AND token IS NOT NULL),
               {GoodRuns.LastSql("$1", MirrorPart.Directory, MirrorPart.Customers)},
               r.code, r.reason, r.action,
               (SELECT array_agg(s.channel::text) FROM control.wecom_settings s
                WHERE s.tenant_id = $1 AND s.secret IS NOT NULL AND (
                    EXISTS (SELECT FROM control.doctor_verdicts v WHERE v.tenant_id = $1 AND v.verdict = 'ok' AND v.seen_at >= s.secret_set_at
                            AND v.subject = CASE s.channel WHEN 'contacts' THEN $2 WHEN 'app' THEN $3 WHEN 'customers' THEN $4 END)
                    OR s.channel IN ('contacts', 'app') AND EXISTS (
                        SELECT FROM control.sync_runs r WHERE r.tenant_id = $1 AND r.part = 'directory' AND r.kind = 'full' AND r.state IN ('done', 'partial')
                        AND r.finished_at >= s.secret_set_at AND r.started_at >= s.secret_set_at))),
               NOT EXISTS (SELECT FROM control.tenants t WHERE t.id = $1 AND t.stopped_code = 60020) AND (
                   EXISTS (SELECT FROM control.doctor_verdicts v WHERE v.tenant_id = $1 AND v.subject = $5 AND v.verdict = 'ok')
                   OR EXISTS (SELECT FROM control.sync_runs r WHERE r.tenant_id = $1 AND r.part = 'directory' AND r.kind = 'full' AND r.state IN ('done', 'partial'))),
               (SELECT count(*) FROM mirror.customers WHERE tenant_id = $1 AND visible),
               (SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND state = 'failed')
        FROM (SELECT count(*) AS live, count(*) FILTER (WHERE detail = 'id_only') AS id_only FROM mirror.users WHERE tenant_id = $1 AND removed_at IS NULL) AS p
        LEFT JOIN control.customer_rests r ON r.tenant_id = $1
        """;

    public long People { get; private init; }

    /// <summary>Those of whom only the id is known.</summary>
    public long IdOnly { get; private init; }

    public long Departments { get; private init; }

    /// <summary>Those whom somebody in sight follows.</summary>
    public long Customers { get; private init; }

    public long Held { get; private init; }

    public long EventsWaiting { get; private init; }

    /// <summary>Events that failed and are tried again.</summary>
    public long EventsFailed { get; private init; }

    /// <summary>Events that were given up until their cause is over.</summary>
    public long EventsParked { get; private init; }

    public DateTimeOffset? OldestWaiting { get; private init; }

    public DateTimeOffset? LastEvent { get; private init; }

    /// <summary>When the last good run ended.</summary>
    public DateTimeOffset? LastGood { get; private init; }

    /// <summary>Why the customers cannot be read for now; null if nothing says so.</summary>
    public Explanation? CustomersRest { get; private init; }

    /// <summary>Texts of the channels whose address WeCom verified.</summary>
    public IReadOnlyList<string> Verified { get; private init; } = [];

    /// <summary>Texts of the channels whose secret WeCom was seen to accept since it was stored.</summary>
    public IReadOnlyList<string> Working { get; private init; } = [];

    /// <summary>WeCom was seen to let this server in.</summary>
    public bool AddressTrusted { get; private init; }

    /// <summary>Texts of the channels that have a secret.</summary>
    public IReadOnlyList<string> WithSecret { get; private init; } = [];

    /// <summary>Texts of the channels that have a token and key.</summary>
    public IReadOnlyList<string> WithToken { get; private init; } = [];

    public static async Task<EnterpriseHealth> ReadAsync(NpgsqlDataSource dataSource, Tenant tenant, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Add(tenant.Id, Checks.ContactsSecret.English, Checks.AppSecret.English, Checks.CustomersSecret.English, Checks.Address.English);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new()
        {
            People = reader.GetInt64(0),
            IdOnly = reader.GetInt64(1),
            Departments = reader.GetInt64(2),
            Held = reader.GetInt64(3),
            EventsWaiting = reader.GetInt64(4),
            EventsParked = reader.GetInt64(5),
            OldestWaiting = Time(6),
            LastEvent = Time(7),
            Verified = Texts(8),
            WithSecret = Texts(9),
            WithToken = Texts(10),
            LastGood = Time(11),
            CustomersRest = reader.IsDBNull(13) ? null
                : reader.IsDBNull(12) ? Explanation.Of(reader.GetString(13), reader.GetString(14))
                : Explanation.OfCode(CustomersEndpoint, reader.GetInt32(12), reader.GetString(13)),
            Working = Texts(15),
            AddressTrusted = reader.GetBoolean(16),
            Customers = reader.GetInt64(17),
            EventsFailed = reader.GetInt64(18),
        };

        DateTimeOffset? Time(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
        string[] Texts(int column) => reader.IsDBNull(column) ? [] : reader.GetFieldValue<string[]>(column);
    }
}
