using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WeCom.Contacts;
using WeComSync.Worker.WebConsole.Access;
using WeComSync.Worker.WebConsole.Audit;
using WeComSync.Worker.WebConsole.Directory;
using WeComSync.Worker.WebConsole.Directory.Writing;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Adds an employee to WeCom, changes or removes one.</summary>
[FreshLogin]
internal sealed class EmployeeEditModel(
    SyncDbContext db, DirectoryRows rows, ObjectHistory history, WriteAccess access, DirectoryWriter writer, AuditLog audit)
    : WritingPage(rows, history, access)
{
    private static readonly string[] Texts =
        ["name", "alias", "gender", "position", "mobile", "email", "telephone", "external_position", "address"];

    /// <summary>Null: somebody new.</summary>
    public MirroredEmployee? Known { get; private set; }

    /// <summary>Those that the form offers, with whether he is in them and leads them.</summary>
    public IReadOnlyList<(long Id, string? Name, bool Chosen, bool Leads)> Departments { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string? id, long? department, CancellationToken ct)
    {
        if (id is not null && !await FindAsync(id, ct))
        {
            return NotFound();
        }

        await AskPermissionAsync(ct);
        if (Known is null)
        {
            var place = department is { } wanted ? (await Rows.FindDepartmentsAsync(Enterprise.Id, $"{wanted}", exact: true, ct)).FirstOrDefault(c => c.Id == wanted) : null;
            Departments = place is null ? [] : [(place.Id, place.Name, true, false)];
            return Page();
        }

        foreach (var (field, value) in Stored(Known))
        {
            Fill(field, value);
        }

        Departments = [.. Known.Departments.Select(d => (d.Id, d.Name, true, d.Leads == true))];
        Was["departments"] = Places(Departments);
        Version = Known.Version;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? id, CancellationToken ct)
    {
        if (id is not null && !await FindAsync(id, ct))
        {
            return NotFound();
        }

        await AskPermissionAsync(ct);
        ReadWas();
        Version = Request.Form["version"].ToString();
        var userId = Known?.User.UserId ?? Read("userid", required: true);
        var fields = Texts.ToDictionary(field => field, field => Touched(field, required: field == "name"));
        if (Known is null && fields["name"] is not { Length: > 0 })
        {
            Problems.TryAdd("name", T["此项必填。"]);
        }

        if (Known is null && string.IsNullOrEmpty(fields["mobile"]) && string.IsNullOrEmpty(fields["email"]))
        {
            Problems.TryAdd("mobile", T["手机与邮箱至少填写一项。"]);
        }

        var moved = await ReadDepartmentsAsync(ct);
        if (Problems.Count > 0)
        {
            return RefusedFields(Version);
        }

        if (!Permission.IsGiven)
        {
            return Refused(Permission.Why(T), Version);
        }

        if (Known is not null && Version != Known.Version)
        {
            return await RefusedForAnotherAsync("user", new { user_id = Known.User.UserId }, Known.Version, ct);
        }

        var changed = fields.Where(field => field.Value is not null && (Known is not null || field.Value.Length > 0)).Select(field => field.Key).ToList();
        if (moved)
        {
            changed.Add("departments");
        }

        return changed.Count == 0 && Known is not null
            ? Accepted(AddressOf($"/employees/{Uri.EscapeDataString(userId!)}"), T["没有改动。"])
            : await SaveAsync(Written(userId!, fields, moved), changed, ct);
    }

    public async Task<IActionResult> OnPostDeleteAsync(string? id, CancellationToken ct)
    {
        if (id is null || !await FindAsync(id, ct))
        {
            return NotFound();
        }

        await OnGetAsync(id, null, ct);
        if (!Permission.IsGiven)
        {
            return Refused(Permission.Why(T), Version);
        }

        var result = await writer.DeleteUserAsync(Enterprise, Known!.User.UserId, [.. Known.Departments.Where(d => d.Leads == true).Select(d => d.Id)], ct);
        if (result.Refusal is not null || result.Silence is not null)
        {
            return RefusedByWeCom(result, Version);
        }

        await audit.WriteAsync(AuditAction.EmployeeRemoved, Known.User.UserId, CancellationToken.None);
        return Accepted(AddressOf("/employees"), result.IsMirrored ? T["已从企业微信删除 {0}。", Known.User.UserId] : T["已从企业微信删除；这里稍后更新。"]);
    }

    protected override bool Has(string field) => field is "departments" || (field == "userid" && Known is null) || Texts.Contains(field);

    private async Task<IActionResult> SaveAsync(WrittenUser written, List<string> changed, CancellationToken ct)
    {
        var result = Known is null ? await writer.CreateUserAsync(Enterprise, written, ct) : await writer.UpdateUserAsync(Enterprise, written, Led(), ct);
        if (result.Refusal is not null || result.Silence is not null)
        {
            return RefusedByWeCom(result, Version);
        }

        await audit.WriteAsync(
            Known is null ? AuditAction.EmployeeAdded : AuditAction.EmployeeChanged, $"{written.Userid}: {string.Join(", ", changed)}", CancellationToken.None);
        return result.IsMirrored
            ? Accepted(AddressOf($"/employees/{Uri.EscapeDataString(written.Userid)}"), T["已写入企业微信，并已更新这里的内容。"])
            : Accepted(AddressOf("/employees"), T["已写入企业微信；这里稍后更新。"]);
    }

    /// <summary>Departments whose leadership differs from what it was.</summary>
    private long[] Led()
    {
        var before = Known!.Departments.Where(d => d.Leads == true).Select(d => d.Id).ToHashSet();
        before.SymmetricExceptWith(Departments.Where(d => d is { Chosen: true, Leads: true }).Select(d => d.Id));
        return [.. before];
    }

    private WrittenUser Written(string userId, Dictionary<string, string?> fields, bool moved)
    {
        var orders = Known?.Departments.ToDictionary(d => d.Id, d => d.Order) ?? [];
        var chosen = Departments.Where(d => d.Chosen).ToList();
        return new WrittenUser(userId)
        {
            Name = fields["name"],
            Alias = fields["alias"],
            Gender = fields["gender"] is { Length: > 0 } gender ? gender : null,
            Position = fields["position"],
            Mobile = fields["mobile"],
            Email = fields["email"],
            Telephone = fields["telephone"],
            ExternalPosition = fields["external_position"],
            Address = fields["address"],
            Department = moved || Known is null ? [.. chosen.Select(d => d.Id)] : null,
            // What is not sent with the departments is lost: a person keeps his place in those that he stays in.
            Order = moved ? [.. chosen.Select(d => orders.GetValueOrDefault(d.Id) ?? 0)] : null,
            IsLeaderInDept = moved ? [.. chosen.Select(d => d.Leads ? 1 : 0)] : null,
            ToInvite = Known is null ? Request.Form["invite"] == "true" : null,
        };
    }

    /// <returns>Whether the person changed them.</returns>
    private async Task<bool> ReadDepartmentsAsync(CancellationToken ct)
    {
        var offered = Request.Form["offered"].OfType<string>().Select(Number).OfType<long>().ToList();
        var chosen = Request.Form["department"].OfType<string>().Select(Number).OfType<long>().ToHashSet();
        var leads = Request.Form["leads"].OfType<string>().Select(Number).OfType<long>().ToHashSet();
        var names = Known?.Departments.ToDictionary(d => d.Id, d => d.Name) ?? [];
        var list = new List<(long Id, string? Name, bool Chosen, bool Leads)>();
        foreach (var id in offered.Distinct())
        {
            var name = names.TryGetValue(id, out var known)
                ? known
                : (await Rows.FindDepartmentsAsync(Enterprise.Id, id.ToString(CultureInfo.InvariantCulture), exact: true, ct)).FirstOrDefault(c => c.Id == id)?.Name;
            list.Add((id, name, chosen.Contains(id), leads.Contains(id)));
        }

        if (await ReadDepartmentAsync("departments", required: false, ct) is { } added)
        {
            list.RemoveAll(d => d.Id == added.Id);
            list.Add((added.Id, added.Name, true, leads.Contains(added.Id)));
            Values["departments"] = "";
        }

        Departments = list;
        if (!list.Exists(d => d.Chosen) && !Problems.ContainsKey("departments"))
        {
            Problems["departments"] = T["请至少选择一个部门。"];
        }

        return Places(Departments) != Was.GetValueOrDefault("departments", "");
    }

    private async Task<bool> FindAsync(string id, CancellationToken ct)
    {
        Known = await MirroredEmployee.FindAsync(db, Enterprise.Id, id, ct);
        return Known is { User.RemovedAt: null };
    }

    private static IEnumerable<(string Field, string? Value)> Stored(MirroredEmployee known)
    {
        var user = known.User;
        return
        [
            ("name", user.Name), ("alias", user.Alias), ("gender", user.Gender is 1 or 2 ? $"{user.Gender}" : ""), ("position", user.Position),
            ("mobile", user.Mobile), ("email", user.Email), ("telephone", user.Telephone), ("external_position", user.ExternalPosition), ("address", user.Address),
        ];
    }

    private static string Places(IEnumerable<(long Id, string? Name, bool Chosen, bool Leads)> departments) =>
        string.Join(' ', departments.Where(d => d.Chosen).OrderBy(d => d.Id).Select(d => $"{d.Id}{(d.Leads ? "*" : "")}"));

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
