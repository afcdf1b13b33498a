using Npgsql;

namespace WeComSync.Worker.Schedules;

/// <summary>Deletes old claims: a thousand tenants make 150,000 a day.</summary>
/// <remarks>Kept for far longer than anything delivers an instant again: the sweep looks back 24 hours, a job is retried for three.</remarks>
internal sealed class EffectRetention(NpgsqlDataSource dataSource)
{
    private const string Sql = "DELETE FROM control.scheduled_effects WHERE instant < now() - interval '7 days'";

    public async Task<int> RunAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.CommandTimeout = 120;
        return await command.ExecuteNonQueryAsync(ct);
    }
}
