using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Audit;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Who did what in this enterprise.</summary>
internal sealed class EnterpriseAuditModel(SyncDbContext db) : ConsolePage
{
    public AuditPage Log { get; private set; } = new([], null, null);

    public async Task OnGetAsync(long? before, CancellationToken ct) => Log = await AuditPage.ReadAsync(db, Enterprise, before, ct);
}
