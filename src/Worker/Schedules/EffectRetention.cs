using Npgsql;

namespace WeComSync.Worker.Schedules;

/// <summary>Deletes old claims: a thousand tenants make 150,000 a day.</summary>
/// <remarks>Kept for far longer than anything delivers an instant again: the sweep looks back 24 hours, a job is retried for three.</remarks>
internal sealed class EffectRetention(NpgsqlDataSource dataSource, TimeProvider clock)
{
    private const string Sql = "DELETE FROM control.scheduled_effects WHERE instant < $1";

    private static readonly TimeSpan Age = TimeSpan.FromDays(7);

    public async Task<int> RunAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = (clock.GetUtcNow() - Age).UtcDateTime });
        command.CommandTimeout = 120;
        return await command.ExecuteNonQueryAsync(ct);
    }
}
