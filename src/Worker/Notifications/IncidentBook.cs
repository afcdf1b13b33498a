using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using WeComSync.Domain.Notifications;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Notifications;

/// <summary>
/// Opens an incident for what is newly wrong and closes those that are over, each together with its messages: so there is one message
/// when it begins and one when it ends, whatever becomes of this process.
/// </summary>
internal sealed class IncidentBook(IDbContextFactory<SyncDbContext> contexts, IOptions<NotificationOptions> options, TimeProvider clock)
{
    public async Task UpdateAsync(IReadOnlyList<FoundIncident> found, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = clock.GetUtcNow();
        var open = await db.Incidents.Where(incident => incident.ClosedAt == null).ToListAsync(ct);
        var began = found.Where(f => !open.Exists(o => IsSame(o, f))).Select(f => new Incident
        {
            TenantId = f.TenantId,
            Kind = f.Kind,
            Subject = f.Subject,
            Message = f.Message,
            OpenedAt = now,
        }).ToList();
        db.Incidents.AddRange(began);
        await db.SaveChangesAsync(ct);

        var ended = open.Where(o => !found.Any(f => IsSame(o, f))).ToList();
        foreach (var incident in ended)
        {
            incident.ClosedAt = now;
        }

        foreach (var target in Targets())
        {
            db.Notices.AddRange(began.Select(incident => NoticeOf(incident, target, over: false, now)));
            db.Notices.AddRange(ended.Select(incident => NoticeOf(incident, target, over: true, now)));
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private IEnumerable<NoticeTarget> Targets()
    {
        if (options.Value.WebhookUrl is not null)
        {
            yield return NoticeTarget.Webhook;
        }

        if (options.Value.RobotUrl is not null)
        {
            yield return NoticeTarget.Robot;
        }
    }

    private static bool IsSame(Incident open, FoundIncident found) =>
        open.TenantId == found.TenantId && open.Kind == found.Kind && open.Subject == found.Subject;

    private static Notice NoticeOf(Incident incident, NoticeTarget target, bool over, DateTimeOffset now) =>
        new() { TenantId = incident.TenantId, IncidentId = incident.Id, Target = target, Over = over, DueAt = now };
}
