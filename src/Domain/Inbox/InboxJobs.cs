using System.Reflection;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Npgsql;

namespace WeComSync.Domain.Inbox;

/// <summary>
/// Queues <see cref="IInboxJob"/> by SQL, so that the job commits with the events it is for, and many tenants' jobs cost one statement.
/// The rows are those that Hangfire's own client writes (Hangfire.PostgreSql 1.21): their JSON comes from its serializer.
/// </summary>
public static class InboxJobs
{
    /// <summary>Hangfire queue of event work.</summary>
    public const string Queue = "events";

    /// <summary>A job that has not begun after this time is taken for lost: the next event queues another.</summary>
    public static readonly TimeSpan MarkerLife = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The common table expressions that mark tenants and insert their jobs. What stands before must define <c>arrived(tenant_id)</c>;
    /// what follows must be a query. Its parameters come from <see cref="Parameters"/> and are the statement's first four.
    /// </summary>
    /// <remarks>
    /// Tenants are marked in the order of their ids, so that two hosts cannot wait for each other. The job's ids are drawn first
    /// because one statement cannot update a row that it inserted.
    /// </remarks>
    public const string QueueSql = """
        marked AS (
            INSERT INTO control.inbox_drains AS d (tenant_id, queued_at)
            SELECT DISTINCT tenant_id, now() FROM arrived ORDER BY tenant_id
            ON CONFLICT (tenant_id) DO UPDATE SET queued_at = now()
                WHERE d.queued_at IS NULL OR d.queued_at < now() - interval '1 minute'
            RETURNING tenant_id),
        ids AS MATERIALIZED (
            SELECT tenant_id, nextval('hangfire.job_id_seq') AS job_id, nextval('hangfire.state_id_seq') AS state_id FROM marked),
        jobs AS (
            INSERT INTO hangfire.job (id, stateid, statename, invocationdata, arguments, createdat)
            SELECT i.job_id, i.state_id, 'Enqueued', a.invocation::jsonb, a.arguments::jsonb, now()
            FROM ids i JOIN unnest($2::bigint[], $3::text[], $4::text[]) a(tenant_id, invocation, arguments) USING (tenant_id)),
        parameters AS (
            INSERT INTO hangfire.jobparameter (jobid, name, value) SELECT job_id, 'CurrentCulture', '""' FROM ids),
        states AS (
            INSERT INTO hangfire.state (id, jobid, name, createdat, data) SELECT state_id, job_id, 'Enqueued', now(), $1::jsonb FROM ids),
        queue AS (
            INSERT INTO hangfire.jobqueue (jobid, queue) SELECT job_id, 'events' FROM ids),
        bell AS MATERIALIZED (SELECT pg_notify('new_job', '') FROM ids LIMIT 1)
        """;

    private static readonly MethodInfo Drain = typeof(IInboxJob).GetMethod(nameof(IInboxJob.DrainAsync))!;

    static InboxJobs() => GlobalConfiguration.Configuration.UseHangfireFormat();

    /// <summary>The parameters of <see cref="QueueSql"/> for jobs of these tenants.</summary>
    public static IEnumerable<NpgsqlParameter> Parameters(IReadOnlyCollection<long> tenantIds)
    {
        var jobs = tenantIds.Select(Serialize).ToArray();
        yield return new NpgsqlParameter<string>
        {
            TypedValue = SerializationHelper.Serialize(new EnqueuedState(Queue).SerializeData()),
        };
        yield return new NpgsqlParameter<long[]> { TypedValue = tenantIds.ToArray() };
        yield return new NpgsqlParameter<string[]> { TypedValue = [.. jobs.Select(job => SerializationHelper.Serialize(job))] };
        yield return new NpgsqlParameter<string[]> { TypedValue = [.. jobs.Select(job => job.Arguments)] };
    }

    /// <summary>Queues a job for each of these tenants that has none on its way: for the sweep, and after a tenant was resumed.</summary>
    /// <returns>How many jobs were queued.</returns>
    public static async Task<long> QueueAsync(NpgsqlDataSource dataSource, IReadOnlyCollection<long> tenantIds, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(
            $"WITH arrived AS (SELECT unnest($2::bigint[]) AS tenant_id), {QueueSql} SELECT count(*) FROM ids LEFT JOIN bell ON true");
        command.Parameters.AddRange(Parameters(tenantIds).ToArray());
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>
    /// Takes the tenant's marker away, committed at once: from now on an event makes a new job. To be called before the look for
    /// waiting events, outside any transaction; see <see cref="InboxDrain"/>.
    /// </summary>
    public static async Task BeginDrainAsync(NpgsqlDataSource dataSource, long tenantId, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("UPDATE control.inbox_drains SET queued_at = NULL WHERE tenant_id = $1");
        command.Parameters.Add(new() { Value = tenantId });
        await command.ExecuteNonQueryAsync(ct);
    }

    private static InvocationData Serialize(long tenantId) =>
        InvocationData.SerializeJob(new Job(typeof(IInboxJob), Drain, tenantId, CancellationToken.None));
}
