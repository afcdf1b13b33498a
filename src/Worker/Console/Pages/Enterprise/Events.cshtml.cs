using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Commands.Events;
using WeComSync.Worker.Events;
using WeComSync.Worker.WebConsole.Audit;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Events received and what became of them, without what they say.</summary>
internal sealed class EventsModel(SyncDbContext db, EventReplay replay, AuditLog audit) : ConsolePage
{
    private const int Size = 50;

    public string State { get; private set; } = "";

    public IReadOnlyList<EventOverview> Rows { get; private set; } = [];

    public long? Older { get; private set; }

    public async Task OnGetAsync(string? state, long? before, CancellationToken ct)
    {
        State = state ?? "";
        var events = db.CallbackEvents.AsNoTracking().Where(e => e.TenantId == Enterprise.Id && (before == null || e.Id < before));
        if (Enum.GetValues<EventState>().Where(known => EnumText.Of(known) == State).Select(known => (EventState?)known).FirstOrDefault() is { } only)
        {
            events = events.Where(e => e.State == only);
        }

        var found = await events.OrderByDescending(e => e.Id).Take(Size + 1).ToListAsync(ct);
        Rows = [.. found.Take(Size).Select(EventOverview.Of)];
        Older = found.Count > Size ? found[Size - 1].Id : null;
    }

    public async Task<IActionResult> OnPostReplayAsync([FromForm] long id, CancellationToken ct)
    {
        var replayed = await replay.RunAsync(Enterprise.Id, id, state: null, ct);
        if (replayed == 0)
        {
            return Accepted(AddressOf("/events"), T["该事件的内容已过保存期，或正在处理，不能重放。"]);
        }

        await audit.WriteAsync(AuditAction.EventReplayed, id.ToString(CultureInfo.InvariantCulture), ct);
        return Accepted(AddressOf("/events"), T["已重新排队。"]);
    }
}
