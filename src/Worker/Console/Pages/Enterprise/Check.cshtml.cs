using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Enterprises;
using WeComSync.Worker.WebConsole.Live;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>检查: what WeCom's requests to the callback addresses came to, as they arrive.</summary>
internal sealed class CheckModel(SyncDbContext db, IDbContextFactory<SyncDbContext> contexts, LiveParts live) : ConsolePage
{
    public CallbackPart Part { get; private set; } = new([], null!);

    public string LiveAddress => AddressOf("/check?handler=Live");

    public async Task OnGetAsync(CancellationToken ct) => Part = await CallbackPart.ReadAsync(db, Enterprise, ct);

    /// <summary>The lines as server-sent events.</summary>
    public async Task<IActionResult> OnGetLiveAsync(CancellationToken ct)
    {
        await live.FollowAsync(this, "_Check", async stop =>
        {
            await using var fresh = await contexts.CreateDbContextAsync(stop);
            return (await CallbackPart.ReadAsync(fresh, Enterprise, stop), false);
        }, ct);
        return new EmptyResult();
    }
}
