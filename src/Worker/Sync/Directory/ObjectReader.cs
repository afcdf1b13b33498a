using System.Globalization;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Directory;

/// <summary>
/// Reads one person or department into the stage and tells each step. It removes nobody but whom we deleted ourselves: that somebody
/// else is gone is proved by whole lists.
/// </summary>
internal sealed class ObjectReader(WeComClient client, DirectoryCallers callers, RunSession session, Action<string> tell)
{
    private const string LeftToWholeLists = "Nothing is removed for that: the next full or incremental sync does, if the whole list lacks it too.";

    private readonly DirectoryStage stage = new(session.Connection, session.ClockOffset);
    private readonly DirectoryFacts facts = new() { OnlyAPart = true };
    private readonly WeComCaller details = callers.App ?? callers.Contacts!;

    public async Task<DirectoryFacts> ReadAsync(WantedObject wanted, CancellationToken ct)
    {
        await stage.ClearAsync(ct);
        facts.ListedAt = session.DatabaseNow;
        tell($"Asking with the secret of {(callers.App is null ? "contact sync: the tenant has no application" : "the application")}.");
        session.Enter("details");
        if (wanted.Kind == DirectoryTables.User)
        {
            await ReadUserAsync(wanted, ct);
        }
        else
        {
            await ReadDepartmentAsync(wanted, ct);
        }

        return facts;
    }

    private async Task ReadUserAsync(WantedObject wanted, CancellationToken ct)
    {
        var id = wanted.Id;
        var asked = session.DatabaseNow;
        if (await AskAsync("department/list", () => client.ListDepartmentsAsync(details, ct)) is { } departments)
        {
            tell($"Allowed: it sees {departments.Count} departments.");
            await stage.SetVisibleAsync([.. departments.Select(d => d.Id)], ct);
        }

        if (await AskAsync("user/get", () => client.GetUserAsync(details, id, ct)) is { } user)
        {
            tell($"Fetched: {user.UserId} {user.Name}, in departments {string.Join(", ", user.Departments ?? [])}.");
            await stage.CopyUsersAsync(new[] { user }.ToAsyncEnumerable(), ct);
            return;
        }

        if (wanted.Deleted)
        {
            await GoneAsync(wanted, asked, ct);
            return;
        }

        if (callers.Contacts is not { } contacts)
        {
            NotFound(DirectoryTables.User, id, SyncTexts.PersonOutOfSight.With());
            return;
        }

        var rows = await client.ListUserIdsAsync(contacts, ct).Where(m => string.Equals(m.UserId, id, StringComparison.OrdinalIgnoreCase)).ToListAsync(ct);
        if (rows.Count == 0)
        {
            NotFound(DirectoryTables.User, id, SyncTexts.PersonNotListed.With());
            return;
        }

        tell($"The list of all ids has the person in departments {string.Join(", ", rows.Select(m => m.DepartmentId))}, out of the application's sight: mirrored by id.");
        await stage.CopyListedAsync(rows.ToAsyncEnumerable(), _ => { }, ct);
    }

    private async Task ReadDepartmentAsync(WantedObject wanted, CancellationToken ct)
    {
        var id = long.Parse(wanted.Id, CultureInfo.InvariantCulture);
        var asked = session.DatabaseNow;
        if (await AskAsync("department/get", () => client.GetDepartmentAsync(details, id, ct)) is { } found)
        {
            tell($"Fetched: {id} {found.Name}, below {found.ParentId}.");
            await stage.CopyDepartmentsAsync(
                [new StagedDepartment(id, found.ParentId, found.Name, found.NameEn, found.Order, found.Leaders, found.FetchedAt)], ct);
            return;
        }

        if (wanted.Deleted)
        {
            await GoneAsync(wanted, asked, ct);
            return;
        }

        var node = callers.Contacts is { } contacts ? (await client.ListDepartmentIdsAsync(contacts, ct)).FirstOrDefault(n => n.Id == id) : null;
        if (node is null)
        {
            NotFound(DirectoryTables.Department, wanted.Id, (callers.Contacts is null ? SyncTexts.DepartmentOutOfSight : SyncTexts.DepartmentNotListed).With());
            return;
        }

        tell($"The list of all departments has it below {node.ParentId}, out of the application's sight: mirrored without its name.");
        await stage.CopyDepartmentsAsync([new StagedDepartment(id, node.ParentId, null, null, node.Order, null, node.FetchedAt)], ct);
    }

    private Task GoneAsync(WantedObject wanted, DateTimeOffset asked, CancellationToken ct)
    {
        tell("WeCom deleted it when we asked, and returns it no more: removed.");
        facts.Deleted = true;
        return stage.AddGoneAsync(wanted, asked, ct);
    }

    private void NotFound(string kind, string id, string why)
    {
        tell($"{why} {LeftToWholeLists}");
        facts.Fail(kind, id, null, SyncTexts.NotReturned.With(why));
    }

    /// <returns>Null if WeCom says no; its words are told.</returns>
    private async Task<T?> AskAsync<T>(string endpoint, Func<Task<T>> call)
        where T : class
    {
        try
        {
            return await call();
        }
        catch (WeComException refused) when (refused.Class is WeComErrorClass.SkipRow or WeComErrorClass.StopFeature)
        {
            tell($"Refused: {endpoint}: {refused.Message} {refused.Action}");
            return null;
        }
    }
}
