using WeComSync.TestKit;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Tests.Growth;

/// <summary>Fills a database as years would: copies of rows that the product wrote itself.</summary>
internal static class FullTables
{
    /// <summary>What has happened to an enterprise: runs, events, changes, decisions, incidents.</summary>
    public static async Task AddHistoryAsync(this TestDatabase database, long tenant, CancellationToken ct)
    {
        await Copy("control.sync_runs", 30_000, "'id', -n, 'started_at', now() - n * interval '3 minutes', 'finished_at', now() - n * interval '3 minutes'");
        // Since then nothing of the directory was done.
        await Copy("control.sync_runs", 30_000, "'id', n + 1000000, 'kind', 'customers', 'part', 'customers', 'state', 'failed', 'started_at', now() - n * interval '1 second', 'finished_at', now() - n * interval '1 second'");
        // Before those that are there and after them.
        await Copy("mirror.changes", 60_000, "'seq', CASE WHEN n % 2 = 0 THEN -n ELSE 1000000 + n END, 'at', now() - n * interval '2 minutes', 'entity', 'user', 'key', jsonb_build_object('user_id', 'h' || n), 'op', CASE WHEN n % 3 = 0 THEN 'changed' ELSE 'created' END, 'cause', 'run:-' || n / 20");
        await database.RunAsync("UPDATE control.change_counters SET last_seq = 2000000 WHERE tenant_id = $1", ct, tenant);
        await database.RunAsync("""
            INSERT INTO control.callback_events (tenant_id, channel, digest, received_at, create_time, event, change_type, object_key, state, tries)
            SELECT $1, 'contacts', decode(md5(n::text) || md5('b' || n), 'hex'), now() - n * interval '2 minutes', now(), 'change_contact', 'update_user', 'u' || n, 'applied', 1
            FROM generate_series(1, 30000) n
            """, ct, tenant);
        await database.RunAsync("""
            INSERT INTO control.sync_errors (tenant_id, run_id, entity, key, code, message, at)
            SELECT $1, -n, 'user', 'u' || n, 60111, repeat('x', 100), now() FROM generate_series(1, 20000) n
            """, ct, tenant);
        await database.RunAsync("""
            INSERT INTO control.held_removals (tenant_id, run_id, entity, key, name, last_seen_at, decision, decided_at)
            SELECT $1, -n, 'user', jsonb_build_object('user_id', 'u' || n), repeat('x', 100), now(), 'removed', now() FROM generate_series(1, 20000) n
            """, ct, tenant);
        await database.RunAsync("""
            INSERT INTO control.scheduled_effects (tenant_id, kind, instant, job_id, claimed_at)
            SELECT $1, k, now() - n * interval '10 minutes', '1', now() FROM generate_series(1, 20000) n, unnest('{full,incremental}'::text[]) k
            """, ct, tenant);
        await database.RunAsync("""
            INSERT INTO control.incidents (tenant_id, kind, subject, message, opened_at, closed_at)
            SELECT $1, 'no_good_run', '', '', now() - n * interval '1 hour', now() FROM generate_series(1, 20000) n
            """, ct, tenant);
        await Copy("control.audit", 20_000, "'id', -n, 'at', now() - n * interval '2 minutes'");

        Task Copy(string table, int count, string changed) => database.RunAsync($"""
            INSERT INTO {table} OVERRIDING SYSTEM VALUE
            SELECT x.* FROM (SELECT to_jsonb(t) AS row FROM {table} t WHERE tenant_id = $1 LIMIT 1) r, generate_series(1, {count}) n, LATERAL jsonb_populate_record(NULL::{table}, r.row || jsonb_build_object({changed})) x
            """, ct, tenant);
    }

    /// <summary>Many people in many departments, with a tag and customers of theirs.</summary>
    public static async Task AddCompanyAsync(this TestDatabase database, long tenant, CancellationToken ct)
    {
        await database.RunAsync("""
            INSERT INTO mirror.departments (tenant_id, id, parent_id, name, sort_order, created_at, changed_at, fetched_at)
            SELECT $1, 100000 + n, 1, 'd' || n, 0, now(), now(), now() FROM generate_series(1, 3000) n
            """, ct, tenant);
        await database.RunAsync("""
            INSERT INTO mirror.users (tenant_id, user_id, name, detail, address, created_at, changed_at, fetched_at)
            SELECT $1, 'x' || n, 'n' || n, 'full', repeat('x', 100), now(), now(), now() FROM generate_series(1, 30000) n
            """, ct, tenant);
        await database.RunAsync("""
            INSERT INTO mirror.user_departments (tenant_id, user_id, department_id, created_at, changed_at, fetched_at)
            SELECT $1, 'x' || n, 100000 + n % 3000, now(), now(), now() FROM generate_series(1, 30000) n
            """, ct, tenant);
        await database.RunAsync("""
            INSERT INTO mirror.contact_tag_users (tenant_id, tag_id, user_id, created_at, changed_at, fetched_at)
            SELECT $1, 1, 'x' || n, now(), now(), now() FROM generate_series(1, 30000) n
            """, ct, tenant);
        await database.RunAsync("""
            INSERT INTO mirror.customers (tenant_id, external_user_id, name, type, visible, created_at, changed_at, fetched_at)
            SELECT $1, 'wm' || n, 'c' || n, 1, true, now(), now(), now() FROM generate_series(1, 30000) n
            """, ct, tenant);
        await database.RunAsync("""
            INSERT INTO mirror.follows (tenant_id, user_id, external_user_id, remark, visible, created_at, changed_at, fetched_at)
            SELECT $1, 'x' || n % 3000, 'wm' || n, repeat('x', 100), true, now(), now(), now() FROM generate_series(1, 30000) n
            """, ct, tenant);
    }

    /// <summary>Neighbours, each with settings, schedules and some runs.</summary>
    public static async Task AddNeighboursAsync(this TestDatabase database, long tenant, int count, CancellationToken ct)
    {
        await database.RunAsync($"""
            INSERT INTO control.tenants OVERRIDING SYSTEM VALUE
            SELECT x.* FROM (SELECT to_jsonb(t) AS row FROM control.tenants t WHERE id = $1) r, generate_series(1, {count}) n,
                LATERAL jsonb_populate_record(NULL::control.tenants, r.row || jsonb_build_object('id', 1000000 + n, 'key', 'n' || n, 'corp_id', 'ww' || n, 'callback_key', 'k' || n)) x
            """, ct, tenant);
        foreach (var table in new[] { "wecom_settings", "schedules", "callback_attempts", "field_grants", "merge_fences" })
        {
            await database.RunAsync($"""
                INSERT INTO control.{table} SELECT x.* FROM (SELECT to_jsonb(t) AS row FROM control.{table} t WHERE t.tenant_id = $1) r, generate_series(1, {count}) n, LATERAL jsonb_populate_record(NULL::control.{table}, r.row || jsonb_build_object('tenant_id', 1000000 + n)) x
                """, ct, tenant);
        }

        await database.RunAsync($"""
            INSERT INTO control.sync_runs OVERRIDING SYSTEM VALUE
            SELECT x.* FROM (SELECT to_jsonb(t) AS row FROM control.sync_runs t WHERE tenant_id = $1 AND state = 'done' LIMIT 1) r, generate_series(1, {count}) n, generate_series(1, 100) o,
                LATERAL jsonb_populate_record(NULL::control.sync_runs, r.row || jsonb_build_object('tenant_id', 1000000 + n, 'id', -1000000 - n * 1000 - o, 'started_at', now() - o * interval '1 minute', 'finished_at', now() - o * interval '1 minute')) x
            """, ct, tenant);
    }

    public static Task AnalyzeAsync(this TestDatabase database, CancellationToken ct) => database.RunAsync("ANALYZE", ct);

    private static async Task RunAsync(this TestDatabase database, string sql, CancellationToken ct, params long[] values)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        command.CommandTimeout = 300;
        foreach (var value in values)
        {
            command.Add(value);
        }

        await command.ExecuteNonQueryAsync(ct);
    }
}
