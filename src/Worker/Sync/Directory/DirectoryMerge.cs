namespace WeComSync.Worker.Sync.Directory;

/// <summary>
/// Turns what a run staged into the differences of the directory's six tables. Everything happens in the merge's
/// transaction, so names, renames and memberships are judged against one state of the mirror.
/// </summary>
internal sealed class DirectoryMerge(DirectoryFacts facts, RemovalGuard guard)
{
    /// <summary>Notes what the run has read, so that the next ones read something else.</summary>
    public async Task MarkReadAsync(Merge merge, CancellationToken ct)
    {
        await ReadMarks.SaveAsync(merge, MarkKind.Department, facts.PeopleRead, facts.ListedAt, all: facts.DetailsRead, ct);
        await ReadMarks.SaveAsync(merge, MarkKind.Tag, facts.TagsRead, facts.ListedAt, all: false, ct);
        await ReadMarks.SaveAsync(merge, MarkKind.Named, facts.SharesRead, facts.ListedAt, all: false, ct);
    }

    public async Task PrepareAsync(Merge merge, CancellationToken ct)
    {
        await DirectoryDerivation.CompleteUsersAsync(merge, ct);
        if (!facts.OnlyAPart)
        {
            await UserRenames.FindAsync(merge, ct);
        }

        await DirectoryDerivation.DeriveAsync(merge, ct);
        await merge.ExecuteAsync(LeaveListedToEvents, ct);

        await merge.CompareAsync(DirectoryTables.Departments, ct);
        await RemoveAsync(merge, DirectoryTables.Departments, DepartmentScope(), ct);
        if (facts.Deleted)
        {
            await merge.RemoveKnownAsync(DirectoryTables.Departments, GoneDepartment, ct);
        }

        await merge.CompareAsync(DirectoryTables.Users, await FieldGrants.LearnAsync(merge, everybody: facts.DetailsRead, ct), ct);
        await RemoveAsync(merge, DirectoryTables.Users, UserScope(), ct);
        if (facts.Deleted)
        {
            await merge.RemoveKnownAsync(DirectoryTables.Users, GoneUser, ct);
        }

        // A person who was seen has the departments that WeCom says: leaving one of them needs no guard.
        await merge.CompareAsync(DirectoryTables.Memberships, ct);
        await merge.RemoveAlongAsync(DirectoryTables.Memberships, ct);
        await merge.RemoveAsync(DirectoryTables.Memberships, facts.WithHoles.Contains(DirectoryTables.Users.Entity) ? null : MembershipScope(), facts.ListedAt, guard: null, ct);

        await merge.CompareAsync(DirectoryTables.Tags, ct);
        await RemoveAsync(merge, DirectoryTables.Tags, facts.TagsListed ? "true" : null, ct);
        await merge.CompareAsync(DirectoryTables.TagUsers, ct);
        await merge.RemoveAlongAsync(DirectoryTables.TagUsers, ct);
        // A person who was seen has the tags that WeCom says; a tag that nobody at all has any more may be one that can no longer be read.
        var tagged = TagScope(VisibleUser);
        await RemoveAsync(merge, DirectoryTables.TagUsers, tagged is null ? null : $"{tagged} AND NOT ({SeenUser} AND {TagHasSome})", ct);
        await merge.RemoveAsync(DirectoryTables.TagUsers, tagged, facts.ListedAt, guard: null, ct);
        await merge.CompareAsync(DirectoryTables.TagDepartments, ct);
        await merge.RemoveAlongAsync(DirectoryTables.TagDepartments, ct);
        await RemoveAsync(merge, DirectoryTables.TagDepartments, TagScope(VisibleDepartment), ct);
    }

    private async Task RemoveAsync(Merge merge, MirrorTable table, string? scope, CancellationToken ct)
    {
        if (facts.WithHoles.Contains(table.Entity))
        {
            return;
        }

        if (await merge.RemoveAsync(table, scope, facts.ListedAt, guard, ct))
        {
            facts.WarnOfNothing(table.Entity);
        }
    }

    /// <summary>
    /// What an event told about a person after this run had listed him stands: a membership that is new here is of the past there.
    /// One that the mirror has too is so: the event need not have spoken of it.
    /// </summary>
    private const string LeaveListedToEvents = """
        DELETE FROM stage_user_departments s USING mirror.users m
        WHERE m.tenant_id = $1 AND m.user_id = s.user_id AND m.fetched_at > s.fetched_at
          AND NOT EXISTS (
              SELECT FROM mirror.user_departments d
              WHERE d.tenant_id = $1 AND d.user_id = s.user_id AND d.department_id = s.department_id AND d.removed_at IS NULL)
        """;

    /// <summary>
    /// Nothing that is known about the person came after this run had begun to list: what he has left, only a later listing proves.
    /// </summary>
    private const string PersonIsAsListed = "NOT EXISTS (SELECT FROM mirror.users u WHERE u.tenant_id = $1 AND u.user_id = m.user_id AND u.fetched_at > $2)";

    /// <summary>The same of a tag.</summary>
    private const string TagIsAsListed = "NOT EXISTS (SELECT FROM mirror.contact_tags t WHERE t.tenant_id = $1 AND t.tag_id = m.tag_id AND t.fetched_at > $2)";

    private const string GoneDepartment = "SELECT id::bigint AS id, fetched_at FROM gone WHERE kind = 'department'";

    private const string GoneUser = """
        SELECT m.user_id, g.fetched_at FROM gone g JOIN mirror.users m ON m.tenant_id = $1 AND lower(m.user_id) = lower(g.id)
        WHERE g.kind = 'user'
        """;

    private const string SeenUser = "EXISTS (SELECT FROM stage_users s WHERE s.user_id = m.user_id)";

    private const string TagHasSome = """
        (EXISTS (SELECT FROM stage_contact_tag_users s WHERE s.tag_id = m.tag_id)
         OR EXISTS (SELECT FROM stage_contact_tag_departments s WHERE s.tag_id = m.tag_id))
        """;

    private const string VisibleUser = "EXISTS (SELECT FROM stage_users s WHERE s.user_id = m.user_id AND s.detail = 'full')";

    private const string VisibleDepartment = "EXISTS (SELECT FROM visible_departments v WHERE v.id = m.department_id)";

    /// <summary>Seen by the application now, or proved to be gone.</summary>
    private const string DepartmentIsJudged = """
        (EXISTS (SELECT FROM visible_departments v WHERE v.id = x.department_id)
         OR EXISTS (SELECT FROM difference_departments d WHERE d.id = x.department_id AND d.op = 'removed'))
        """;

    private string? DepartmentScope() =>
        facts.WholeCompanyListed ? "true"
        : !facts.DepartmentsRead ? null
        // The application's range may have shrunk. Only a department whose parent is still seen is proved to be gone.
        : """
          m.id IN (
              WITH RECURSIVE missing AS (
                  SELECT d.id, d.parent_id FROM mirror.departments d
                  WHERE d.tenant_id = $1 AND d.removed_at IS NULL AND NOT EXISTS (SELECT FROM stage_departments s WHERE s.id = d.id)),
              gone AS (
                  SELECT d.id FROM missing d JOIN visible_departments v ON v.id = d.parent_id
                  UNION
                  SELECT d.id FROM missing d JOIN gone g ON g.id = d.parent_id)
              SELECT id FROM gone)
          """;

    private string? UserScope() =>
        facts.WholeCompanyListed ? "true"
        : !facts.DetailsRead ? null
        // Whoever was in departments that are all still seen, and is in none of them, has left.
        : $"""
          EXISTS (SELECT FROM mirror.user_departments x WHERE x.tenant_id = $1 AND x.user_id = m.user_id AND x.removed_at IS NULL)
          AND NOT EXISTS (
              SELECT FROM mirror.user_departments x
              WHERE x.tenant_id = $1 AND x.user_id = m.user_id AND x.removed_at IS NULL AND NOT {DepartmentIsJudged})
          """;

    private string MembershipScope()
    {
        // Departments that were not returned, or one that is no id, say nothing about where the person is not.
        var told = $"{(facts.WholeCompanyListed ? "s.departments IS NULL OR " : "")}0 <> ALL(s.departments)";
        var seen = $"EXISTS (SELECT FROM stage_users s WHERE s.user_id = m.user_id AND ({told})) AND {PersonIsAsListed}";
        return facts.WholeCompanyListed ? seen : $"{seen} AND {DepartmentIsJudged.Replace("x.", "m.", StringComparison.Ordinal)}";
    }

    private string? TagScope(string visible)
    {
        if (facts.TagsRead.Count == 0)
        {
            return null;
        }

        var read = $"m.tag_id IN ({string.Join(", ", facts.TagsRead)}) AND {TagIsAsListed}";
        return facts.TagReaderSeesAll ? read : $"{read} AND {visible}";
    }
}
