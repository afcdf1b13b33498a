using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Access;

namespace WeComSync.Worker.WebConsole.Audit;

/// <summary>Writes down who did what, when and from where.</summary>
internal sealed class AuditLog(IDbContextFactory<SyncDbContext> contexts, IHttpContextAccessor accessor, TimeProvider clock)
{
    private const int LongestDetail = 1000;

    /// <summary>For an action of whoever is logged in, about the route's enterprise if it has one.</summary>
    public Task WriteAsync(AuditAction action, string? detail, CancellationToken ct) =>
        WriteAsync(accessor.HttpContext?.Features.Get<CurrentEnterprise>()?.Tenant.Id ?? 0, action, detail, ct);

    public async Task WriteAsync(long tenantId, AuditAction action, string? detail, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        db.Audit.Add(Entry(tenantId, action, detail));
        await db.SaveChangesAsync(ct);
    }

    /// <summary>For somebody who logs in, or tries to.</summary>
    public async Task WriteAsync(Account account, AuditAction action, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        db.Audit.Add(new AuditEntry { At = clock.GetUtcNow(), AccountId = account.Id, Who = account.Email, Address = Address, Action = action });
        await db.SaveChangesAsync(ct);
    }

    /// <summary>An entry to be saved in the transaction of what it is about.</summary>
    public AuditEntry Entry(long tenantId, AuditAction action, string? detail)
    {
        var user = accessor.HttpContext?.User ?? throw new InvalidOperationException("Only requests are audited here.");
        return new AuditEntry
        {
            TenantId = tenantId,
            At = clock.GetUtcNow(),
            AccountId = user.AccountId(),
            Who = user.FindFirstValue(ClaimTypes.Name) ?? "",
            Address = Address,
            Action = action,
            Detail = detail is { Length: > LongestDetail } ? detail[..LongestDetail] : detail,
        };
    }

    private string Address => accessor.HttpContext?.Connection.RemoteIpAddress?.ToString() ?? "";
}
