using Microsoft.Extensions.Options;
using Npgsql;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Events;

/// <summary>Forgets what events said, and much later that they came. What still waits to be applied is kept whole.</summary>
internal sealed class EventRetention(NpgsqlDataSource dataSource, IOptions<InboxOptions> options, TimeProvider clock)
{
    /// <summary>Rows of one transaction.</summary>
    private const int Batch = 10_000;

    private const string ForgetSql = """
        UPDATE control.callback_events e SET payload = NULL FROM (
            SELECT tenant_id, id FROM control.callback_events
            WHERE received_at < $1 AND payload IS NOT NULL AND state NOT IN ('waiting', 'failed') LIMIT $2) old
        WHERE e.tenant_id = old.tenant_id AND e.id = old.id
        """;

    private const string DeleteSql = """
        DELETE FROM control.callback_events e USING (
            SELECT tenant_id, id FROM control.callback_events
            WHERE received_at < $1 AND state NOT IN ('waiting', 'failed') LIMIT $2) old
        WHERE e.tenant_id = old.tenant_id AND e.id = old.id
        """;

    private const string ForgetNoticesSql = """
        DELETE FROM control.contact_notices n USING (
            SELECT tenant_id, event_id FROM control.contact_notices WHERE at < $1 AND NOT pending LIMIT $2) old
        WHERE n.tenant_id = old.tenant_id AND n.event_id = old.event_id
        """;

    public async Task RunAsync(CancellationToken ct)
    {
        await RepeatAsync(ForgetSql, options.Value.PayloadRetention, ct);
        await RepeatAsync(ForgetNoticesSql, options.Value.PayloadRetention, ct);
        await RepeatAsync(DeleteSql, options.Value.RowRetention, ct);
    }

    private async Task RepeatAsync(string sql, TimeSpan age, CancellationToken ct)
    {
        int rows;
        do
        {
            await using var command = dataSource.CreateCommand(sql);
            command.CommandTimeout = 120;
            command.Add((clock.GetUtcNow() - age).UtcDateTime, Batch);
            rows = await command.ExecuteNonQueryAsync(ct);
        }
        while (rows == Batch);
    }
}
