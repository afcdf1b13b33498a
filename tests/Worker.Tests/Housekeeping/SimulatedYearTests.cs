using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WeComSync.TestKit;
using WeComSync.Worker.Housekeeping;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Housekeeping;

public sealed class SimulatedYearTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Tenants = 2;

    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A week of a busy worker: <c>$1</c> is its first instant, <c>$2</c> the number of tenants.</summary>
    private const string WeekSql = """
        WITH t AS (SELECT n AS tenant_id FROM generate_series(900001, 900000 + $2) n),
             h AS (SELECT t.tenant_id, $1 + make_interval(hours => x) AS at, x FROM t CROSS JOIN generate_series(0, 167) x),
             runs AS (
                INSERT INTO control.sync_runs (tenant_id, kind, part, trigger, state, phase, owner, fence, started_at, heartbeat_at, finished_at, dry_run,
                    expected, read, created, changed, unchanged, removed, restored, renamed, held, failed, api_calls)
                SELECT tenant_id, 'incremental', 'directory', 'schedule', CASE WHEN x % 50 = 7 THEN 'partial' ELSE 'done' END, 'done', 'host/1', x, at, at, at, false,
                    0, 100, 0, CASE WHEN x % 24 = 3 THEN 5 ELSE 0 END, 100, 0, 0, 0, 0, CASE WHEN x % 50 = 7 THEN 1 ELSE 0 END, 5 FROM h
                RETURNING tenant_id, id, failed, started_at),
             errors AS (INSERT INTO control.sync_errors (tenant_id, run_id, entity, key, code, message, at)
                SELECT tenant_id, id, 'user', 'a', 60111, 'not found', started_at FROM runs WHERE failed > 0),
             held AS (INSERT INTO control.held_removals (tenant_id, run_id, entity, key, name, last_seen_at, decision, decided_at)
                SELECT tenant_id, id, 'user', '{"user_id":"a"}', 'A', started_at, 'expired', started_at FROM runs WHERE failed > 0),
             counters AS (INSERT INTO control.change_counters AS c (tenant_id, last_seq) SELECT tenant_id, 168 FROM t
                ON CONFLICT (tenant_id) DO UPDATE SET last_seq = c.last_seq + 168 RETURNING tenant_id, last_seq - 168 AS before),
             changes AS (INSERT INTO mirror.changes (tenant_id, seq, at, entity, key, op, fields, after, cause)
                SELECT h.tenant_id, c.before + h.x + 1, h.at, 'user', '{"user_id":"a"}', 'changed', '{name}', '{"name":"A"}', 'run:1' FROM h JOIN counters c USING (tenant_id)),
             effects AS (INSERT INTO control.scheduled_effects (tenant_id, kind, instant, job_id, claimed_at) SELECT tenant_id, 'incremental', at, '1', at FROM h),
             events AS (INSERT INTO control.callback_events (tenant_id, channel, digest, received_at, event, state, payload)
                SELECT tenant_id, 'contacts', sha256((tenant_id::text || at::text)::bytea), at, 'change_contact', 'applied', '\x00' FROM h),
             tokens AS (INSERT INTO control.access_tokens (tenant_id, channel, token, secret_hash, obtained_at, expires_at)
                SELECT tenant_id, 'app' || extract(epoch FROM at), 't', '\x00', at, at + interval '2 hours' FROM h WHERE x % 12 = 0),
             limits AS (INSERT INTO control.call_limits (corp_id, endpoint, blocked_until, step, slots, changed_at)
                SELECT 'WW' || tenant_id, 'e' || extract(epoch FROM at), at, 1, 4, at FROM h WHERE x % 24 = 0),
             budgets AS (INSERT INTO control.call_budgets (scope, endpoint, window_seconds, part, granted)
                SELECT 'corp:' || tenant_id, 'user/get', 3600, extract(epoch FROM at) / 300, 10 FROM h),
             refusals AS (INSERT INTO control.token_refusals (tenant_id, channel, secret_hash, reason, action, refused_at)
                SELECT tenant_id, 'c' || extract(epoch FROM at), '\x00', 'r', 'a', at FROM h WHERE x % 24 = 0),
             incidents AS (INSERT INTO control.incidents (tenant_id, kind, subject, message, opened_at, closed_at)
                SELECT tenant_id, 'no_good_run', '', 'm', at, at FROM h WHERE x % 24 = 0 RETURNING tenant_id, id, opened_at),
             notices AS (INSERT INTO control.notices (tenant_id, incident_id, target, over, due_at, tries, sent_at)
                SELECT tenant_id, id, 'webhook', false, opened_at, 1, opened_at FROM incidents),
             reveals AS (INSERT INTO control.callback_reveals (tenant_id, event_id, at, by) SELECT tenant_id, 1, at, 'me' FROM h WHERE x % 24 = 0),
             jobs AS (INSERT INTO hangfire.job (statename, invocationdata, arguments, createdat) SELECT 'Failed', '{}', '[]', at FROM h WHERE x % 10 = 0 RETURNING id, createdat),
             states AS (INSERT INTO hangfire.state (jobid, name, createdat) SELECT id, 'Failed', createdat FROM jobs),
             parameters AS (INSERT INTO hangfire.jobparameter (jobid, name, value) SELECT id, 'Crashes', '0' FROM jobs),
             locks AS (INSERT INTO hangfire.lock (resource, acquired) SELECT 'r' || tenant_id || at, at FROM h WHERE x % 24 = 0)
        SELECT count(*) FROM h
        """;

    private const string SizesSql = """
        SELECT n.nspname || '.' || regexp_replace(c.relname, '^changes_.*', 'changes'), sum(pg_total_relation_size(c.oid))::bigint,
               sum((xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I.%I', n.nspname, c.relname), false, true, '')))[1]::text::bigint)::bigint
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('control', 'mirror', 'hangfire', 'quartz') AND c.relkind = 'r'
        GROUP BY 1 ORDER BY 1
        """;

    [Fact]
    public async Task Nothing_grows_for_ever()
    {
        var clock = new YearClock();
        string[] retention = ["--Retention:Incidents=90.00:00:00", "--Retention:Reveals=90.00:00:00", "--Inbox:RowRetention=120.00:00:00"];
        await using var host = TestWorker.BuildHost(database.ConnectionString, retention, services => services.AddSingleton<TimeProvider>(clock));
        var keeper = host.Services.GetRequiredService<Housekeeper>();
        var sizes = new Dictionary<int, IReadOnlyDictionary<string, (long Bytes, long Rows)>>();
        for (var week = 0; week < 52; week++)
        {
            await ExecuteAsync(WeekSql, Start.UtcDateTime + TimeSpan.FromDays(7 * week), Tenants);
            clock.Now = Start + TimeSpan.FromDays(7 * (week + 1));
            Assert.True(await keeper.RunAsync(Cancel));
            if (week % 4 == 3)
            {
                await ExecuteAsync("VACUUM"); // what the server does by itself
            }

            if (week is 23 or 51)
            {
                // Rewritten before they are measured: an emptied index page is used again only when no transaction of the whole server,
                // such as another class's, is older.
                await ExecuteAsync("VACUUM FULL");
                sizes[week] = await SizesAsync();
            }
        }

        foreach (var (table, then) in sizes[23])
        {
            var now = sizes[51][table];
            TestContext.Current.TestOutputHelper?.WriteLine($"{table,-34} {then.Rows,7} rows {then.Bytes / 1024,6} kB at half-year, {now.Rows,7} rows {now.Bytes / 1024,6} kB at the end");
            Assert.True(now.Rows <= (then.Rows * 1.1) + 50, $"{table}: {then.Rows} rows at half-year, {now.Rows} at the end");
            Assert.True(now.Bytes <= (then.Bytes * 1.35) + 65_536, $"{table}: {then.Bytes} bytes at half-year, {now.Bytes} at the end");
        }

        await using var oldest = database.DataSource.CreateCommand(
            "SELECT min(inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = 'mirror.changes'::regclass");
        Assert.Equal("mirror.changes_2026_10", await oldest.ExecuteScalarAsync(Cancel));
        // Every tenant can still say when it last worked, and a reader that was away can see that it missed something.
        Assert.Equal(Tenants, await CountAsync("SELECT count(DISTINCT tenant_id) FROM control.sync_runs WHERE state = 'done' AND tenant_id > 900000"));
        Assert.Equal(0L, await CountAsync("""
            SELECT count(*) FROM control.change_counters c
            WHERE c.dropped_seq + 1 <> (SELECT min(seq) FROM mirror.changes m WHERE m.tenant_id = c.tenant_id)
            """));
        Assert.Equal(0L, await CountAsync("SELECT count(*) FROM mirror.changes_other"));
    }

    [Fact]
    public async Task Run_whose_removals_wait_and_the_last_good_one_are_kept_whatever_their_age()
    {
        await ExecuteAsync("""
            INSERT INTO control.sync_runs (tenant_id, kind, part, trigger, state, phase, owner, fence, started_at, heartbeat_at, dry_run,
                expected, read, created, changed, unchanged, removed, restored, renamed, held, failed, api_calls)
            SELECT 77, 'full', 'directory', 'schedule', s, 'done', 'host/1', 1, $1 + make_interval(days => n::int), $1, false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            FROM unnest('{done,done,failed,failed}'::text[]) WITH ORDINALITY AS u(s, n)
            """, Start.UtcDateTime - TimeSpan.FromDays(1000));
        await ExecuteAsync("""
            INSERT INTO control.held_removals (tenant_id, run_id, entity, key, last_seen_at, decision)
            SELECT 77, min(id), 'user', '{}', now(), 'pending' FROM control.sync_runs WHERE tenant_id = 77
            """);
        var rows = new OldRows(database.DataSource, Microsoft.Extensions.Options.Options.Create(new RetentionOptions()));

        await rows.DeleteAsync(Start, Cancel);

        await using var left = database.DataSource.CreateCommand("SELECT string_agg(state, ',' ORDER BY id) FROM control.sync_runs WHERE tenant_id = 77");
        Assert.Equal("done,done,failed", await left.ExecuteScalarAsync(Cancel));
    }

    [Fact]
    public async Task Changes_that_came_before_their_month_was_made_are_moved_into_it()
    {
        var at = new DateTime(2031, 5, 9, 0, 0, 0, DateTimeKind.Utc);
        await ExecuteAsync(
            "INSERT INTO mirror.changes (tenant_id, seq, at, entity, key, op, fields, cause) VALUES (78, 1, $1, 'user', '{}', 'removed', '{}', 'run:1')", at);

        await new ChangeMonths(database.DataSource).PrepareAsync(new DateTimeOffset(at), Cancel);

        Assert.Equal(1L, await CountAsync("SELECT count(*) FROM mirror.changes_2031_05"));
        Assert.Equal(0L, await CountAsync("SELECT count(*) FROM mirror.changes_other"));
    }

    [Fact]
    public async Task Reader_of_one_tenant_goes_by_the_index_of_each_month()
    {
        await using var explain = database.DataSource.CreateCommand(
            "EXPLAIN SELECT * FROM mirror.changes WHERE tenant_id = 1 AND seq > 5 ORDER BY seq LIMIT 100");
        await using var reader = await explain.ExecuteReaderAsync(Cancel);
        var plan = "";
        while (await reader.ReadAsync(Cancel))
        {
            plan += reader.GetString(0) + "\n";
        }

        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort  ", plan, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyDictionary<string, (long Bytes, long Rows)>> SizesAsync()
    {
        await using var command = database.DataSource.CreateCommand(SizesSql);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var sizes = new Dictionary<string, (long, long)>();
        while (await reader.ReadAsync(Cancel))
        {
            sizes[reader.GetString(0)] = (reader.GetInt64(1), reader.GetInt64(2));
        }

        return sizes;
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancel))!;
    }

    private async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        command.CommandTimeout = 120;
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private sealed class YearClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
