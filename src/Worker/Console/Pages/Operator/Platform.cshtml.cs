using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WebConsole.Access;
using WeComSync.Worker.WebConsole.Audit;
using WeComSync.Worker.WebConsole.Platforms;
using WeComSync.Worker.WebConsole.Settings;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>平台: what it is, its switch, and its one binding.</summary>
[FreshLogin]
internal sealed class PlatformModel(SyncDbContext db, PlatformBindings bindings, AuditLog audit, TimeProvider clock) : ConsolePage
{
    private const string Address = "/operator/platform";

    public Dictionary<string, string> Values { get; } = new() { ["kind"] = "official_account", ["onOpenPlatform"] = "" };

    public bool PluginOn { get; private set; } = true;

    public Tenant? Bound { get; private set; }

    public DateTimeOffset? BoundAt { get; private set; }

    public string? BoundBy { get; private set; }

    /// <summary>The enterprise that the operator looks at before binding.</summary>
    public Tenant? Chosen { get; private set; }

    public BindingConditions? Conditions { get; private set; }

    public async Task OnGetAsync(string? choose, CancellationToken ct)
    {
        var platform = await db.Platforms.SingleOrDefaultAsync(ct);
        if (platform is not null)
        {
            Values["name"] = platform.Name;
            Values["kind"] = EnumText.Of(platform.Kind);
            Values["appId"] = platform.AppId ?? "";
            Values["onOpenPlatform"] = platform.OnOpenPlatform ? "true" : "";
            PluginOn = platform.PluginOn;
        }

        if (await bindings.FindAsync(ct) is { } binding)
        {
            Bound = await db.Tenants.AsNoTracking().SingleAsync(tenant => tenant.Id == binding.TenantId, ct);
            (BoundAt, BoundBy) = (binding.BoundAt, binding.BoundBy);
        }
        else if (await db.Tenants.AsNoTracking().SingleOrDefaultAsync(tenant => tenant.Key == choose, ct) is { } chosen)
        {
            Chosen = chosen;
            Conditions = await bindings.CheckAsync(platform, chosen, ct);
        }
    }

    public async Task<IActionResult> OnPostAsync([FromForm] string? name, [FromForm] string? kind, [FromForm] string? appId, [FromForm] bool onOpenPlatform, CancellationToken ct)
    {
        var typed = new Dictionary<string, string> { ["name"] = name?.Trim() ?? "", ["appId"] = appId?.Trim() ?? "" };
        foreach (var (field, value) in typed)
        {
            if ((value.Length > 0 || field == "name") && SettingRules.Check(field, value, T) is { } wrong)
            {
                Problems[field] = wrong;
            }
        }

        if (Problems.Count > 0)
        {
            await OnGetAsync(null, ct);
            (Values["name"], Values["appId"]) = (typed["name"], typed["appId"]);
            return Refused();
        }

        var platform = await FindOrAddAsync(typed["name"], ct);
        platform.Name = typed["name"];
        platform.Kind = kind == EnumText.Of(PlatformKind.MiniProgram) ? PlatformKind.MiniProgram : PlatformKind.OfficialAccount;
        platform.AppId = typed["appId"].Length == 0 ? null : typed["appId"];
        platform.OnOpenPlatform = onOpenPlatform;
        await SaveAsync(AuditAction.PlatformChanged, platform.Name, ct);
        return Accepted(Address, T["已保存。"]);
    }

    public async Task<IActionResult> OnPostSwitchAsync([FromForm] string? on, CancellationToken ct)
    {
        var platform = await FindOrAddAsync("WeComSync", ct);
        platform.PluginOn = on == "true";
        await SaveAsync(platform.PluginOn ? AuditAction.PluginOn : AuditAction.PluginOff, null, ct);
        return Accepted(Address);
    }

    public async Task<IActionResult> OnPostBindAsync([FromForm] string? enterpriseKey, [FromForm] string? confirmation, CancellationToken ct)
    {
        await OnGetAsync(enterpriseKey, ct);
        if (Bound is not null || Chosen is null)
        {
            return Refused(Bound is null ? T["没有这个标识的企业。"] : T["平台已绑定企业，不可更改。"]);
        }

        if (!await db.Platforms.AnyAsync(ct))
        {
            return Refused(T["请先保存平台信息。"]);
        }

        if (Conditions is not { SameAppId: true, OnOpenPlatform: true })
        {
            return Refused(T["条件尚不符合，不能绑定。"]);
        }

        if (confirmation?.Trim() != Chosen.Name.Trim())
        {
            Problems["confirmation"] = T["与企业名称不一致。"];
            return Refused();
        }

        if (!await bindings.BindAsync(Chosen, User.Identity?.Name ?? "", ct))
        {
            return Refused(T["平台已绑定企业，不可更改。"]);
        }

        await audit.WriteAsync(Chosen.Id, AuditAction.PlatformBound, Chosen.Key, ct);
        return Accepted(Address, T["绑定完成。"]);
    }

    private async Task<Platform> FindOrAddAsync(string name, CancellationToken ct) =>
        await db.Platforms.SingleOrDefaultAsync(ct) ?? db.Platforms.Add(new Platform { Name = name }).Entity;

    /// <summary>Every host hears of it: an empty payload means all tenants.</summary>
    private async Task SaveAsync(AuditAction action, string? detail, CancellationToken ct)
    {
        db.Platforms.Local.Single().ChangedAt = clock.GetUtcNow();
        db.Audit.Add(audit.Entry(0, action, detail));
        await db.SaveChangesAsync(ct);
        await db.Database.ExecuteSqlAsync($"SELECT pg_notify({TenantChanges.Channel}, '')", ct);
    }
}
