using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Directory;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole.Audit;
using WeComSync.Worker.WebConsole.Directory.Local;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Adds, changes and removes a local employee.</summary>
internal sealed class LocalEmployeeModel(SyncDbContext db, LocalDirectory local, AuditLog audit, TimeProvider clock) : LocalPage(db)
{
    /// <summary>Null: somebody new.</summary>
    public LocalUser? Known { get; private set; }

    public IReadOnlyList<LocalPlace> Places { get; private set; } = [];

    /// <summary>Ids of the ticked departments.</summary>
    public HashSet<long> Chosen { get; private set; } = [];

    public bool IsConnected { get; private set; }

    public async Task<IActionResult> OnGetAsync(long? id, CancellationToken ct)
    {
        if (!await FindAsync(id, ct))
        {
            return NotFound();
        }

        if (Known is not null)
        {
            (Values["userid"], Values["name"], Values["mobile"], Values["email"], Values["position"]) =
                (Known.UserId, Known.Name, Known.Mobile, Known.Email, Known.Position);
            Chosen = [.. Known.DepartmentIds];
            Version = VersionOf(Known);
        }

        return Page();
    }

    public async Task<IActionResult> OnPostAsync(long? id, CancellationToken ct)
    {
        if (!await FindAsync(id, ct))
        {
            return NotFound();
        }

        Version = Request.Form["version"].ToString();
        var (userId, name) = (Read("userid", required: true), Read("name", required: true));
        var (mobile, email, position) = (Read("mobile") ?? "", Read("email") ?? "", Read("position") ?? "");
        Chosen = [.. Request.Form["department"].OfType<string>().Select(Number).OfType<long>().Where(chosen => Places.Any(p => p.Department.Id == chosen))];
        if (Known is null && IsConnected)
        {
            return Refused(T["已经连接企业微信：请在“员工管理”中直接添加到企业微信。"], Version);
        }

        if (Problems.Count > 0)
        {
            return RefusedFields(Version);
        }

        var now = clock.GetUtcNow();
        var user = Known ?? new LocalUser(userId!) { TenantId = Enterprise.Id, Name = name!, CreatedAt = now };
        user.SetUserId(userId!);
        (user.Name, user.Mobile, user.Email, user.Position, user.DepartmentIds, user.ChangedAt) = (name!, mobile, email, position, [.. Chosen.Order()], now);
        if (Known is null)
        {
            Db.LocalUsers.Add(user);
        }

        try
        {
            if (await SaveAsync(Known, () => [user.UserId, user.Name, user.Mobile, user.Email, user.Position], ct) is { } refused)
            {
                return refused;
            }
        }
        catch (DbUpdateException twice) when (twice.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            Problems["userid"] = T["已有这个账号的本地员工（不区分大小写）。"];
            return RefusedFields(Version);
        }

        await audit.WriteAsync(Known is null ? AuditAction.EmployeeAdded : AuditAction.EmployeeChanged, $"{T["本地"].Value} {userId}", ct);
        return Accepted(AddressOf(IsConnected ? "/connect" : "/employees"), T["已保存。"]);
    }

    public async Task<IActionResult> OnPostDeleteAsync(long? id, CancellationToken ct)
    {
        if (!await FindAsync(id, ct) || Known is null)
        {
            return NotFound();
        }

        Db.LocalUsers.Remove(Known);
        await Db.SaveChangesAsync(ct);
        await audit.WriteAsync(AuditAction.EmployeeRemoved, $"{T["本地"].Value} {Known.UserId}", ct);
        return Accepted(AddressOf(IsConnected ? "/connect" : "/employees"), T["已删除。"]);
    }

    private async Task<bool> FindAsync(long? id, CancellationToken ct)
    {
        IsConnected = await local.IsConnectedAsync(Enterprise.Id, ct);
        Places = await local.DepartmentsAsync(Enterprise.Id, ct);
        Known = id is null ? null : await Db.LocalUsers.SingleOrDefaultAsync(u => u.TenantId == Enterprise.Id && u.Id == id, ct);
        return id is null || Known is not null;
    }

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
