using System.Globalization;
using System.Text.Json;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Jobs;

/// <summary>Looks into Hangfire's queue where its own interface is too slow or too narrow. The only place that reads its tables.</summary>
internal sealed class SyncQueue([FromKeyedServices(JobServices.DataSource)] NpgsqlDataSource dataSource)
{
    // Hangfire serializes each argument by itself, and the list of them again.
    private const string WaitingSql = """
        SELECT j.arguments ->> 0, j.arguments ->> 1, j.arguments ->> 2
        FROM hangfire.jobqueue q JOIN hangfire.job j ON j.id = q.jobid
        WHERE q.queue LIKE $1 AND (q.fetchedat IS NULL OR q.fetchedat > now() - interval '20 seconds')
          AND j.invocationdata ->> 'Type' LIKE $2
        """;

    // Hangfire retakes what a dead server held only when nothing fresh waits, so under load never. A live server renews its hold
    // every 18 s. Freed, the row is the oldest of those that wait.
    private const string ReleaseSql = "UPDATE hangfire.jobqueue SET fetchedat = NULL WHERE fetchedat < now() - interval '60 seconds'";

    /// <summary>The due instants whose jobs wait or were taken a moment ago.</summary>
    public async Task<HashSet<(long TenantId, SyncKind Kind, DateTimeOffset Instant)>> WaitingAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(WaitingSql);
        command.Parameters.Add(new() { Value = $"{ISyncJob.Queue}%" });
        command.Parameters.Add(new() { Value = $"{typeof(ISyncJob).FullName},%" });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var waiting = new HashSet<(long, SyncKind, DateTimeOffset)>();
        while (await reader.ReadAsync(ct))
        {
            if (!reader.IsDBNull(2) && JsonSerializer.Deserialize<DateTimeOffset?>(reader.GetString(2)) is { } instant)
            {
                var kind = EnumText.Parse<SyncKind>(JsonSerializer.Deserialize<string>(reader.GetString(1))!);
                waiting.Add((long.Parse(reader.GetString(0), CultureInfo.InvariantCulture), kind, instant));
            }
        }

        return waiting;
    }

    /// <summary>Gives back the jobs that servers held when they died.</summary>
    /// <returns>How many.</returns>
    public async Task<int> ReleaseAbandonedAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(ReleaseSql);
        return await command.ExecuteNonQueryAsync(ct);
    }
}
