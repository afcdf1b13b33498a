using Npgsql;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Serve;

/// <summary>What became of each instant at which a tenant's sync was due, as the database knows it.</summary>
internal static class DueRuns
{
    /// <summary>A due run starts this long after its time at the latest, whatever dies.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(45);

    /// <summary>
    /// What each further trouble may cost a run that had one already: until the hold of whoever died with it counts as stale, and until
    /// the next sweep.
    /// </summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(35);

    private const string EffectsSql = "SELECT count(*) FROM public.probe_effects WHERE tenant_id = $1";

    /// <summary>Deliveries of one job beyond its first, after the process that had it died or went silent.</summary>
    private const string RedeliveredSql = """
        SELECT (count(*) - count(DISTINCT s.jobid))::bigint FROM hangfire.state s JOIN hangfire.job j ON j.id = s.jobid
        WHERE j.arguments ->> 0 = $1::text AND s.name = 'Processing'
        """;

    private const string FiredTwiceSql = "SELECT (count(*) - count(DISTINCT arguments ->> 2))::bigint FROM hangfire.job WHERE arguments ->> 0 = $1::text";

    /// <summary>
    /// Waits until every instant between the two had its run or was left out for a later one of its schedule, which then
    /// must have come as soon, and tells how late the latest was.
    /// </summary>
    public static Task<TimeSpan> LatestAsync(TestDatabase database, long tenant, string cron, DateTimeOffset from, DateTimeOffset until) =>
        LatestAsync(database, tenant, cron, from, until, []);

    /// <inheritdoc cref="LatestAsync(TestDatabase, long, string, DateTimeOffset, DateTimeOffset)"/>
    /// <param name="database">Theirs.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="cron">When.</param>
    /// <param name="from">After this.</param>
    /// <param name="until">The last.</param>
    /// <param name="troubles">When a worker was killed, stopped or paused: of a run that meets several only the first is in <see cref="Limit"/>.</param>
    public static async Task<TimeSpan> LatestAsync(
        TestDatabase database, long tenant, string cron, DateTimeOffset from, DateTimeOffset until, IReadOnlyCollection<DateTimeOffset> troubles)
    {
        var latest = TimeSpan.Zero;
        for (var due = Cron.Of(cron).GetNextValidTimeAfter(from); due <= until; due = Cron.Of(cron).GetNextValidTimeAfter(due.Value))
        {
            DateTimeOffset? started = null;
            var left = due.Value + LimitOf(due.Value, DateTimeOffset.UtcNow) + TimeSpan.FromSeconds(1) - DateTimeOffset.UtcNow;
            await Eventually.TrueAsync(
                $"the run of tenant {tenant} that was due at {due:T} has started",
                async () =>
                {
                    started = (await StartsAsync(database, tenant)).Where(run => run.Instant >= due).Min(run => (DateTimeOffset?)run.StartedAt);
                    return started is not null;
                },
                left > TimeSpan.Zero ? left : TimeSpan.Zero);
            var late = started!.Value - due.Value;
            Assert.True(
                late <= LimitOf(due.Value, started.Value),
                $"tenant {tenant}: what was due at {due:T} started {late.TotalSeconds:0.0} s late; troubles came at {string.Join(", ", Between(due.Value, started.Value).Select(t => $"{t:T}"))}");
            latest = late > latest ? late : latest;
        }

        return latest;

        IEnumerable<DateTimeOffset> Between(DateTimeOffset due, DateTimeOffset end) => troubles.Where(t => t >= due && t <= end);

        TimeSpan LimitOf(DateTimeOffset due, DateTimeOffset end) => Limit + (Again * Math.Max(0, Between(due, end).Count() - 1));
    }

    /// <summary>No instant had two jobs that acted. A job that comes again after its process died is the same one.</summary>
    /// <returns>How often Quartz fired an instant again, and how often the queue delivered a job again.</returns>
    public static async Task<(long FiredTwice, long Redelivered)> AssertOneEffectEachAsync(TestDatabase database, long tenant)
    {
        var claims = (await StartsAsync(database, tenant)).Count;
        var effects = await database.ReadAsync<long>(EffectsSql, tenant);
        var redelivered = await database.ReadAsync<long>(RedeliveredSql, tenant);
        Assert.True(
            effects >= claims && effects <= claims + redelivered,
            $"tenant {tenant}: {effects} effects of {claims} instants, with {redelivered} jobs delivered again");
        return (await database.ReadAsync<long>(FiredTwiceSql, tenant), redelivered);
    }

    private static async Task<List<(DateTimeOffset Instant, DateTimeOffset StartedAt)>> StartsAsync(TestDatabase database, long tenant)
    {
        await using var command = database.DataSource.CreateCommand(
            "SELECT instant, claimed_at FROM control.scheduled_effects WHERE tenant_id = $1 ORDER BY instant");
        command.Parameters.Add(new NpgsqlParameter { Value = tenant });
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var runs = new List<(DateTimeOffset, DateTimeOffset)>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            runs.Add((reader.GetFieldValue<DateTimeOffset>(0), reader.GetFieldValue<DateTimeOffset>(1)));
        }

        return runs;
    }
}
