using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Accounts;
using WeComSync.Domain.Directory;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.WebConsole.Directory.Local;

/// <summary>
/// Compares what was written down with what WeCom has: employees by userid, then by mobile; departments by their names from the root down.
/// </summary>
internal sealed class LocalMatches(SyncDbContext db, NpgsqlDataSource dataSource, LocalDirectory local)
{
    // A mobile counts only if one person has it there and one entry here, and no other entry has that person's userid.
    private const string PeopleSql = """
        WITH people AS MATERIALIZED (
            SELECT user_id, lower(user_id) AS user_key, name, regexp_replace(coalesce(mobile, ''), '^\+86|[ -]', '', 'g') AS mobile
            FROM mirror.users WHERE tenant_id = $1 AND removed_at IS NULL),
        entries AS (
            SELECT id, user_key, regexp_replace(mobile, '^\+86|[ -]', '', 'g') AS mobile FROM control.local_users WHERE tenant_id = $1),
        by_id AS (SELECT e.id, p.user_id, p.name FROM entries e JOIN people p USING (user_key)),
        by_mobile AS (
            SELECT min(e.id) AS id, min(p.user_id) AS user_id, min(p.name) AS name FROM entries e JOIN people p USING (mobile)
            WHERE e.mobile <> '' AND e.id NOT IN (SELECT id FROM by_id) AND p.user_id NOT IN (SELECT user_id FROM by_id)
            GROUP BY mobile HAVING count(*) = 1)
        SELECT id, user_id, name, false FROM by_id UNION ALL SELECT id, user_id, name, true FROM by_mobile
        """;

    private const string DepartmentsSql = """
        SELECT id, parent_id, name FROM mirror.departments
        WHERE tenant_id = $1 AND removed_at IS NULL AND parent_id = ANY($2) AND name = ANY($3)
        """;

    /// <summary>The company's id in WeCom, which 总部门 stands for.</summary>
    private const long Root = 1;

    public async Task<LocalComparison> ReadAsync(long tenantId, CancellationToken ct)
    {
        var users = await db.LocalUsers.AsNoTracking().Where(u => u.TenantId == tenantId).OrderBy(u => u.Id).ToListAsync(ct);
        var places = await local.DepartmentsAsync(tenantId, ct);
        var departments = await DepartmentsAsync(tenantId, places, ct);
        var people = new Dictionary<long, MatchedUser>();
        await using (var command = dataSource.CreateCommand(PeopleSql))
        {
            command.Add(tenantId);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                people[reader.GetInt64(0)] = new(reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetBoolean(3));
            }
        }

        return new LocalComparison
        {
            Users = [.. users.Select(user => (user, people.GetValueOrDefault(user.Id)))],
            Departments = [.. places.Select(place => (place, departments.TryGetValue(place.Department.Id, out var id) ? id : (long?)null))],
            PeopleInWeCom = await db.Users.CountAsync(u => u.TenantId == tenantId && u.RemovedAt == null, ct),
            DepartmentsInWeCom = await db.Departments.CountAsync(d => d.TenantId == tenantId && d.RemovedAt == null && d.ParentId != 0, ct),
        };
    }

    /// <summary>Lets the entries go that WeCom has too. A department stays as long as something that WeCom lacks is in it.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="note">Makes an entry of the audit log of what is lost thereby: whatever WeCom says otherwise.</param>
    /// <param name="ct">Stops it; nothing went then.</param>
    /// <returns>How many went.</returns>
    public async Task<(int Departments, int Users)> TakeOverAsync(long tenantId, Func<string, AuditEntry> note, CancellationToken ct)
    {
        var comparison = await ReadAsync(tenantId, ct);
        var users = comparison.Users.Where(u => u.Match is not null).Select(u => u.User.Id).ToArray();
        var remaining = comparison.Users.Where(u => u.Match is null).SelectMany(u => u.User.DepartmentIds).ToHashSet();
        var gone = new HashSet<long>();
        // From the leaves up: a parent goes after all of its children.
        foreach (var (place, match) in comparison.Departments.Reverse())
        {
            var children = comparison.Departments.Where(other => other.Place.Department.ParentId == place.Department.Id);
            if (match is not null && !remaining.Contains(place.Department.Id) && children.All(child => gone.Contains(child.Place.Department.Id)))
            {
                gone.Add(place.Department.Id);
            }
        }

        db.Audit.AddRange((await LostAsync(tenantId, comparison, ct)).Select(note));
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.SaveChangesAsync(ct);
        var removedUsers = await db.LocalUsers.Where(u => u.TenantId == tenantId && users.Contains(u.Id)).ExecuteDeleteAsync(ct);
        var removed = await db.LocalDepartments.Where(d => d.TenantId == tenantId && gone.Contains(d.Id)).ExecuteDeleteAsync(ct);
        await transaction.CommitAsync(ct);
        return (removed, removedUsers);
    }

    /// <summary>What was written down of people whom WeCom has too and is not what WeCom says of them, a line for each of them.</summary>
    private async Task<IReadOnlyList<string>> LostAsync(long tenantId, LocalComparison comparison, CancellationToken ct)
    {
        var matched = comparison.Users.Where(u => u.Match is not null).ToList();
        var ids = matched.Select(u => u.Match!.UserId).ToList();
        var people = await db.Users.AsNoTracking().Where(u => u.TenantId == tenantId && ids.Contains(u.UserId)).ToDictionaryAsync(u => u.UserId, ct);
        var places = (await db.UserDepartments.AsNoTracking().Where(m => m.TenantId == tenantId && ids.Contains(m.UserId) && m.RemovedAt == null)
            .Select(m => new { m.UserId, m.DepartmentId }).ToListAsync(ct)).ToLookup(m => m.UserId, m => m.DepartmentId);
        var lines = new List<string>();
        foreach (var (user, match) in matched)
        {
            var there = people[match!.UserId];
            (string Field, string Here, string? There)[] values =
            [
                ("userid", user.UserId, there.UserId), ("name", user.Name, there.Name), ("mobile", user.Mobile, there.Mobile), ("email", user.Email, there.Email),
                ("position", user.Position, there.Position),
            ];
            var lost = values.Where(value => value.Here.Length > 0 && value.Here != value.There).Select(value => $"{value.Field}: {value.Here}").ToList();
            var elsewhere = comparison.Departments.Where(d => user.DepartmentIds.Contains(d.Place.Department.Id) && (d.Match is not { } id || !places[there.UserId].Contains(id)));
            lost.AddRange(elsewhere.Select(d => $"department: {d.Place.Path}"));
            if (lost.Count > 0)
            {
                lines.Add($"{there.UserId} ← {string.Join("; ", lost)}");
            }
        }

        return lines;
    }

    /// <returns>WeCom's id by ours.</returns>
    private async Task<Dictionary<long, long>> DepartmentsAsync(long tenantId, IReadOnlyList<LocalPlace> places, CancellationToken ct)
    {
        var matched = new Dictionary<long, long>();
        foreach (var level in places.GroupBy(place => place.Level).OrderBy(level => level.Key))
        {
            var wanted = level.Select(place => (place.Department, Parent: ParentOf(place.Department))).Where(d => d.Parent is not null).ToList();
            if (wanted.Count == 0)
            {
                break;
            }

            await using var command = dataSource.CreateCommand(DepartmentsSql);
            command.Add(tenantId, wanted.Select(d => d.Parent!.Value).Distinct().ToArray(), wanted.Select(d => d.Department.Name).Distinct().ToArray());
            await using var reader = await command.ExecuteReaderAsync(ct);
            var found = new Dictionary<(long, string), long>();
            while (await reader.ReadAsync(ct))
            {
                found[(reader.GetInt64(1), reader.GetString(2))] = reader.GetInt64(0);
            }

            foreach (var (department, parent) in wanted)
            {
                if (found.TryGetValue((parent!.Value, department.Name), out var id))
                {
                    matched[department.Id] = id;
                }
            }
        }

        return matched;

        long? ParentOf(LocalDepartment department) =>
            department.ParentId is not { } parent ? Root : matched.TryGetValue(parent, out var known) ? known : null;
    }
}

/// <summary>What WeCom has and what only this system has.</summary>
internal sealed record LocalComparison
{
    public required IReadOnlyList<(LocalUser User, MatchedUser? Match)> Users { get; init; }

    /// <summary>Each after its parent, with WeCom's id.</summary>
    public required IReadOnlyList<(LocalPlace Place, long? Match)> Departments { get; init; }

    public int PeopleInWeCom { get; init; }

    /// <summary>Without the company itself.</summary>
    public int DepartmentsInWeCom { get; init; }

    public int MatchedUsers => Users.Count(u => u.Match is not null);

    public int MatchedDepartments => Departments.Count(d => d.Match is not null);

    /// <summary>WeCom's department for one of ours; null for one that WeCom lacks.</summary>
    public long? DepartmentOf(long localId) => Departments.FirstOrDefault(d => d.Place.Department.Id == localId).Match;
}

/// <summary>The member of WeCom that an entry means.</summary>
/// <param name="UserId">His userid there.</param>
/// <param name="Name">His name there; null if no credential may read it.</param>
/// <param name="ByMobile">Found by his mobile: the userids differ.</param>
internal sealed record MatchedUser(string UserId, string? Name, bool ByMobile);
