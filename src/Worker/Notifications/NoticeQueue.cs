using Microsoft.Extensions.Options;
using Npgsql;
using WeComSync.Domain.Notifications;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Doctor;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Notifications;

/// <summary>Sends the messages that wait, to each receiver in their order, and writes down what became of them.</summary>
internal sealed partial class NoticeQueue(
    NpgsqlDataSource dataSource, NoticeSender sender, IOptions<NotificationOptions> options, TimeProvider clock, ILogger<NoticeQueue> logger)
{
    /// <summary>A robot takes 20 messages a minute; there are two rounds in one.</summary>
    private const int AtOnce = 9;

    /// <summary>Longer than all tries of one message take.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(3);

    private const string WaitingSql = """
        SELECT n.tenant_id, n.id, n.incident_id, t.key, n.over, i.kind, i.subject, i.message, i.opened_at, i.closed_at, n.tries
        FROM control.notices n
        JOIN control.incidents i ON i.tenant_id = n.tenant_id AND i.id = n.incident_id
        JOIN control.tenants t ON t.id = n.tenant_id
        WHERE n.sent_at IS NULL AND n.target = $1 ORDER BY n.id LIMIT $2
        """;

    /// <returns>How many were confirmed.</returns>
    public async Task<int> SendAsync(CancellationToken ct)
    {
        var sent = 0;
        foreach (var target in Enum.GetValues<NoticeTarget>())
        {
            if (await IsDueAsync(target, ct))
            {
                sent += await SendAsync(target, ct);
            }
        }

        return sent;
    }

    private async Task<int> SendAsync(NoticeTarget target, CancellationToken ct)
    {
        var sent = 0;
        foreach (var notice in await WaitingAsync(target, ct))
        {
            if (!await ClaimAsync(notice, ct))
            {
                // This worker was away for so long that another took its place.
                return sent;
            }

            try
            {
                await sender.SendAsync(notice, ct);
                await MarkAsync(notice, clock.GetUtcNow(), TimeSpan.Zero, null, ct);
                sent++;
            }
            catch (NoticeFailedException failed)
            {
                var givenUp = clock.GetUtcNow() - (notice.ClosedAt ?? notice.OpenedAt) > GiveUpAfter;
                var wait = TimeSpan.FromTicks(Math.Min(Longest.Ticks, (TimeSpan.FromSeconds(30) * Math.Pow(2, notice.Tries)).Ticks));
                await MarkAsync(notice, givenUp ? clock.GetUtcNow() : null, wait, failed.Message, ct);
                LogFailed(EnumText.Of(target), notice.Tenant, failed.Message, givenUp ? "it is given up" : $"next try in {wait}");
                if (!givenUp)
                {
                    // Those behind it would meet the same, and an end must not overtake its beginning.
                    return sent;
                }
            }
        }

        return sent;
    }

    /// <summary>The first in line decides: the others wait for it.</summary>
    private async Task<bool> IsDueAsync(NoticeTarget target, CancellationToken ct)
    {
        var configured = target == NoticeTarget.Robot ? options.Value.RobotUrl : options.Value.WebhookUrl;
        if (configured is null)
        {
            return false;
        }

        await using var ask = dataSource.CreateCommand(
            "SELECT due_at FROM control.notices WHERE sent_at IS NULL AND target = $1 ORDER BY id LIMIT 1");
        ask.Add(EnumText.Of(target));
        return await ask.ExecuteScalarAsync(ct) is DateTime due && due <= clock.GetUtcNow().UtcDateTime;
    }

    private async Task<List<PendingNotice>> WaitingAsync(NoticeTarget target, CancellationToken ct)
    {
        var language = options.Value.Language == "zh-CN" ? DoctorLanguage.Chinese : DoctorLanguage.English;
        await using var command = dataSource.CreateCommand(WaitingSql);
        command.Add(EnumText.Of(target), AtOnce);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var waiting = new List<PendingNotice>();
        while (await reader.ReadAsync(ct))
        {
            var (tenant, over, kind, subject) = (reader.GetString(3), reader.GetBoolean(4), EnumText.Parse<IncidentKind>(reader.GetString(5)), reader.GetString(6));
            waiting.Add(new PendingNotice(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), tenant, target, over, kind, subject,
                over ? IncidentTexts.Over(kind).In(language, tenant, subject) : reader.GetString(7),
                reader.GetFieldValue<DateTimeOffset>(8), reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9), reader.GetInt32(10)));
        }

        return waiting;
    }

    /// <returns>False if another worker has had it since it was read.</returns>
    private async Task<bool> ClaimAsync(PendingNotice notice, CancellationToken ct)
    {
        await using var claim = dataSource.CreateCommand(
            "UPDATE control.notices SET tries = tries + 1, due_at = $4 WHERE tenant_id = $1 AND id = $2 AND tries = $3 AND sent_at IS NULL");
        claim.Add(notice.TenantId, notice.Id, notice.Tries, (clock.GetUtcNow() + Lease).UtcDateTime);
        return await claim.ExecuteNonQueryAsync(ct) == 1;
    }

    /// <remarks>Nothing, if another worker has had it since: what became of its try counts.</remarks>
    private async Task MarkAsync(PendingNotice notice, DateTimeOffset? sentAt, TimeSpan wait, string? error, CancellationToken ct)
    {
        await using var mark = dataSource.CreateCommand(
            "UPDATE control.notices SET sent_at = $3, due_at = $4, error = $5 WHERE tenant_id = $1 AND id = $2 AND tries = $6");
        mark.Add(notice.TenantId, notice.Id);
        mark.Parameters.Add(new NpgsqlParameter<DateTime?> { TypedValue = sentAt?.UtcDateTime });
        mark.Add((clock.GetUtcNow() + wait).UtcDateTime);
        mark.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = error });
        mark.Add(notice.Tries + 1);
        await mark.ExecuteNonQueryAsync(ct);
    }

    [LoggerMessage(LogLevel.Warning, "A message to the {Target} about tenant {Tenant} was not received ({Reason}); {Next}")]
    private partial void LogFailed(string target, string tenant, string reason, string next);
}
