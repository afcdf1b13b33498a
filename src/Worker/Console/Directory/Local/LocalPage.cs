using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.WebConsole.Directory.Local;

/// <summary>A form about a local department or employee.</summary>
internal abstract class LocalPage(SyncDbContext db) : FormPage
{
    private const string RowVersion = "xmin";

    protected SyncDbContext Db => db;

    protected override string? Check(string field, string value) => DirectoryRules.Check(field, value, T);

    protected string VersionOf(object row) => $"{db.Entry(row).Property(RowVersion).CurrentValue}";

    /// <summary>Saves, unless somebody else saved or removed it after the page had been opened.</summary>
    /// <param name="row">What was changed; null for what is new.</param>
    /// <param name="shown">What the row now holds, by what people call it.</param>
    /// <param name="ct">Leaves everything as it was.</param>
    /// <returns>Null if it was saved.</returns>
    protected async Task<IActionResult?> SaveAsync(object? row, Func<IEnumerable<string>> shown, CancellationToken ct)
    {
        Version = Request.Form["version"].ToString();
        if (row is not null)
        {
            db.Entry(row).Property(RowVersion).OriginalValue = uint.TryParse(Version, NumberStyles.None, CultureInfo.InvariantCulture, out var seen) ? seen : 0;
        }

        try
        {
            await db.SaveChangesAsync(ct);
            return null;
        }
        catch (DbUpdateConcurrencyException) when (row is not null)
        {
            await db.Entry(row).ReloadAsync(ct);
            if (db.Entry(row).State == EntityState.Detached)
            {
                return Refused(T["您打开页面之后，它已被别人删除。"]);
            }

            Version = VersionOf(row);
            return Refused(T["您打开页面之后，内容已被改变，因此尚未保存您的修改。现在：{0}。请核对后再次保存；您输入的内容仍在。", string.Join("; ", shown())], Version);
        }
    }
}
