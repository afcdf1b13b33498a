using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Directory;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Sync.Directory;
using WeComSync.Worker.WebConsole.Directory;
using WeComSync.Worker.WebConsole.Directory.Writing;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Everything that is known of one employee, where it came from and how old it is.</summary>
internal sealed class EmployeeModel(SyncDbContext db, NpgsqlDataSource dataSource, ObjectHistory history, WriteAccess access) : ConsolePage
{
    /// <summary>Fields that the application's secret may not read, with when it last could.</summary>
    private Dictionary<string, DateTimeOffset?> withheld = [];

    public User? Found { get; private set; }

    public IReadOnlyList<EmployeeDepartment> Departments { get; private set; } = [];

    public History Past { get; private set; } = new([], null!);

    /// <summary>Whether the list of everybody is contact sync's; the application's otherwise.</summary>
    public bool IsListedByContacts { get; private set; }

    public WriteNotice Writing { get; private set; } = new(new WritePermission(null), null!);

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken ct)
    {
        if (await MirroredEmployee.FindAsync(db, Enterprise.Id, id, ct) is not { } employee)
        {
            return NotFound();
        }

        (Found, Departments) = (employee.User, employee.Departments);
        IsListedByContacts = await db.WeComSettings.AnyAsync(s => s.TenantId == Enterprise.Id && s.Channel == Channel.Contacts && s.Secret != null, ct);
        Writing = new(await access.ReadAsync(Enterprise, ct), Enterprise);
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        withheld = (await FieldGrants.ListAsync(connection, Enterprise.Id, ct)).Where(field => !field.Granted).ToDictionary(field => field.Field, field => field.LastReturnedAt);
        Past = new(await history.OfEmployeeAsync(Enterprise.Id, Found.UserId, ct), Enterprise);
        return Page();
    }

    /// <summary>A field that is empty because the credentials may not read it says so, and so does one that they could read once.</summary>
    public FieldValue Value(string field, string? value)
    {
        var isOutOfSight = Found!.Detail == "id_only";
        if (!isOutOfSight && !withheld.ContainsKey(field))
        {
            return new(value, value is null ? FieldGap.NotReturned : FieldGap.Empty, null, Enterprise);
        }

        // WeCom says 0 of everybody where it may not tell.
        var told = field == "gender" && Found.Gender == 0 ? null : value;
        return new(told, FieldGap.Withheld, withheld.GetValueOrDefault(field), Enterprise);
    }
}
