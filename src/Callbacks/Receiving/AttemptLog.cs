using Npgsql;
using WeComSync.Callbacks.Inbox;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Callbacks.Receiving;

/// <summary>
/// Counts what became of the requests to each tenant's addresses, for console and <c>doctor</c>. Counted in memory and written once a
/// second, so a flood costs one small statement; nothing is written while PostgreSQL has other troubles.
/// </summary>
internal sealed partial class AttemptLog(NpgsqlDataSource dataSource, Breaker breaker, TimeProvider clock, ILogger<AttemptLog> logger) : BackgroundService
{
    // Sorted, because two hosts that update the same rows in different orders would deadlock.
    private const string Sql = """
        INSERT INTO control.callback_attempts AS a (tenant_id, channel, outcome, count, last_at)
        SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[]) AS u(tenant_id, channel, outcome, count, last_at)
        ORDER BY tenant_id, channel, outcome
        ON CONFLICT (tenant_id, channel, outcome) DO UPDATE SET count = a.count + excluded.count, last_at = greatest(a.last_at, excluded.last_at)
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private Dictionary<Attempt, Tally> tallies = [];

    public void Count(long tenantId, Channel channel, CallbackOutcome outcome)
    {
        var now = clock.GetUtcNow();
        lock (gate)
        {
            var attempt = new Attempt(tenantId, channel, outcome);
            tallies[attempt] = new Tally(tallies.GetValueOrDefault(attempt).Count + 1, now);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, clock, stoppingToken);
                await WriteAsync();
            }
        }
        catch (OperationCanceledException)
        {
            await WriteAsync();
        }
    }

    private async Task WriteAsync()
    {
        Dictionary<Attempt, Tally> taken;
        lock (gate)
        {
            if (tallies.Count == 0 || breaker.IsOpen)
            {
                return;
            }

            taken = tallies;
            tallies = [];
        }

        try
        {
            await using var command = dataSource.CreateCommand(Sql);
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. taken.Keys.Select(a => a.TenantId)] });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. taken.Keys.Select(a => EnumText.Of(a.Channel))] });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. taken.Keys.Select(a => EnumText.Of(a.Outcome))] });
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. taken.Values.Select(t => t.Count)] });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. taken.Values.Select(t => t.LastAt)] });
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception failed) when (failed is NpgsqlException or IOException or InvalidOperationException)
        {
            LogFailed(DatabaseErrors.ReasonOf(failed));
            GiveBack(taken);
        }
    }

    private void GiveBack(Dictionary<Attempt, Tally> taken)
    {
        lock (gate)
        {
            foreach (var (attempt, tally) in taken)
            {
                tallies[attempt] = tallies.TryGetValue(attempt, out var newer) ? newer with { Count = newer.Count + tally.Count } : tally;
            }
        }
    }

    [LoggerMessage(LogLevel.Debug, "Verification attempts are written later: {Reason}")]
    private partial void LogFailed(string reason);

    private readonly record struct Attempt(long TenantId, Channel Channel, CallbackOutcome Outcome);

    private readonly record struct Tally(long Count, DateTimeOffset LastAt);
}
