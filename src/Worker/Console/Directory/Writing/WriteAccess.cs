using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Sync;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Contacts;

namespace WeComSync.Worker.WebConsole.Directory.Writing;

/// <summary>Whether departments and employees of an enterprise can be written to WeCom. WeCom does not tell: it is asked once for each secret.</summary>
internal sealed class WriteAccess(SyncDbContext db, NpgsqlDataSource dataSource, PlatformSwitch platform, ContactWriter contacts, TimeProvider clock)
{
    /// <summary>The company itself; updating it without a field changes nothing, and needs the permission all the same.</summary>
    private const long Root = 1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>An attempt that ended without an answer is not repeated sooner by itself.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    /// <summary>Refusals that mean the permission and not the object.</summary>
    public static bool IsMissing(int? code) => code is WeComErrors.NotGranted or 48008 or 60011 or 48001;

    public static WeComCaller Caller(Tenant tenant) => new(tenant.Id, tenant.CorpId, Channel.Contacts) { Patience = Patience };

    /// <summary>What is known; WeCom is asked if nothing is known of the present secret.</summary>
    public async Task<WritePermission> ReadAsync(Tenant tenant, CancellationToken ct)
    {
        if (!await platform.IsOnAsync(ct))
        {
            return new(WriteObstacle.PlugInOff);
        }

        if (!tenant.Works || tenant.State == TenantState.Stopped)
        {
            return new(!tenant.Enabled ? WriteObstacle.Disabled : !tenant.SwitchedOn ? WriteObstacle.SwitchedOff : WriteObstacle.Stopped);
        }

        var secret = await db.WeComSettings.AsNoTracking().Where(s => s.TenantId == tenant.Id && s.Channel == Channel.Contacts && s.Secret != null)
            .Select(s => new { s.SecretSetAt }).SingleOrDefaultAsync(ct);
        if (secret is null)
        {
            return new(WriteObstacle.NoSecret);
        }

        var known = await db.WriteChecks.AsNoTracking().SingleOrDefaultAsync(c => c.TenantId == tenant.Id, ct);
        var isOld = known is null || known.CheckedAt < secret.SecretSetAt || (known.Allowed is null && known.CheckedAt < clock.GetUtcNow() - Pause);
        return Of(isOld ? await AskAsync(tenant, ct) : known!);
    }

    /// <summary>Asks WeCom now.</summary>
    public async Task<WriteCheck> AskAsync(Tenant tenant, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            await contacts.UpdateDepartmentAsync(Caller(tenant), new WrittenDepartment { Id = Root }, patience.Token);
            return await NoteAsync(tenant.Id, allowed: true, null, null, ct);
        }
        catch (WeComException refused)
        {
            return await NoteAsync(tenant.Id, IsMissing(refused.ErrCode) ? false : null, refused.ErrCode, refused.Message, ct);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return await NoteAsync(tenant.Id, allowed: null, null, null, ct);
        }
    }

    /// <summary>Remembers what an attempt to write has shown.</summary>
    public async Task<WriteCheck> NoteAsync(long tenantId, bool? allowed, int? code, string? reason, CancellationToken ct)
    {
        var check = new WriteCheck { TenantId = tenantId, Allowed = allowed, CheckedAt = clock.GetUtcNow(), Code = code, Reason = reason };
        await using var command = dataSource.CreateCommand("""
            INSERT INTO control.write_checks (tenant_id, allowed, checked_at, code, reason) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (tenant_id) DO UPDATE SET allowed = EXCLUDED.allowed, checked_at = EXCLUDED.checked_at, code = EXCLUDED.code, reason = EXCLUDED.reason
            """);
        command.Add(tenantId, allowed, check.CheckedAt.UtcDateTime, code, reason);
        await command.ExecuteNonQueryAsync(ct);
        return check;
    }

    private static WritePermission Of(WriteCheck check) => new(
        check.Allowed switch { true => null, false => WriteObstacle.NotGranted, null => WriteObstacle.NoAnswer },
        check.CheckedAt, check.Reason);
}
