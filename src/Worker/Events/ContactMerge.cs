using System.Globalization;
using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Runs;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Directory;

namespace WeComSync.Worker.Events;

/// <summary>Writes what events changed, and ends the events, in one transaction: the same merge that a run ends with.</summary>
/// <param name="connection">Carries the stage.</param>
/// <param name="stage">Made on this connection.</param>
/// <param name="claim">Says whose events they are.</param>
internal sealed class ContactMerge(NpgsqlConnection connection, EventStage stage, Claim claim)
{
    /// <summary>
    /// Whoever is gone is in no department and carries no tag: who goes now, and who had gone before it was known that the id had been
    /// another's, whose relations have just followed.
    /// </summary>
    private const string Leavers = """
        (SELECT user_id, fetched_at FROM difference_users WHERE op = 'removed'
         UNION ALL
         SELECT u.user_id, u.fetched_at FROM mirror.users u
         WHERE u.tenant_id = $1 AND lower(u.user_id) = ANY($2) AND u.removed_at IS NOT NULL
           AND NOT EXISTS (SELECT FROM difference_users d WHERE d.user_id = u.user_id)) gone
        """;

    private const string LeaveWithUsers = $"""
        INSERT INTO gone_user_departments
        SELECT m.user_id, m.department_id, GREATEST(gone.fetched_at, m.fetched_at)
        FROM {Leavers} JOIN mirror.user_departments m ON m.tenant_id = $1 AND m.user_id = gone.user_id
        """;

    private const string LeaveTagsWithUsers = $"""
        INSERT INTO gone_contact_tag_users
        SELECT m.tag_id, m.user_id, GREATEST(gone.fetched_at, m.fetched_at)
        FROM {Leavers} JOIN mirror.contact_tag_users m ON m.tenant_id = $1 AND m.user_id = gone.user_id
        """;

    /// <summary>Also of a department that the mirror never had: lists may have named it.</summary>
    private const string LeaveWithDepartments = """
        INSERT INTO gone_user_departments
        SELECT m.user_id, m.department_id, GREATEST(d.fetched_at, m.fetched_at)
        FROM gone_departments d JOIN mirror.user_departments m ON m.tenant_id = $1 AND m.department_id = d.id
        """;

    private const string LeaveTagsWithDepartments = """
        INSERT INTO gone_contact_tag_departments
        SELECT m.tag_id, m.department_id, GREATEST(d.fetched_at, m.fetched_at)
        FROM gone_departments d JOIN mirror.contact_tag_departments m ON m.tenant_id = $1 AND m.department_id = d.id
        """;

    /// <returns>Counts by entity.</returns>
    /// <exception cref="ClaimLostException">Another process has taken over one of the events; nothing was written.</exception>
    /// <exception cref="VisibleUnknownException">Nothing was written.</exception>
    public async Task<IReadOnlyDictionary<string, KindCounts>> RunAsync(IReadOnlyList<ContactEvent> events, ContactTruth truth, CancellationToken ct)
    {
        var hints = ContactHints.Fold(events);
        await using var merge = await Merge.BeginAsync(
            connection, claim.TenantId, MirrorPart.Directory, fence: null, events.MaxBy(e => e.Id)!.Cause, ct);
        await stage.ClearAsync(ct);
        await UserRenames.ApplyAsync(merge, ContactDecisions.RenamesOf(hints, truth), ct);
        var state = await ContactState.ReadAsync(connection, claim.TenantId, hints, ct);
        if (truth.Visible is null && ContactReader.NeedsVisible(hints, state, truth))
        {
            throw new VisibleUnknownException();
        }

        var decisions = ContactDecisions.Make(hints, truth, state, claim.ClockOffset);
        await stage.FillAsync(decisions, ct);
        await CompareAsync(merge, hints, decisions, ct);
        await merge.ApplyAsync(runId: 0, ct);

        var ids = events.Select(e => e.Id).ToList();
        await EventClaims.EndAsync(connection, claim, ids, EventState.Applied, why: null, runId: null, ct);
        // From here on a stop comes too late: the commit is one message.
        await merge.CommitAsync(CancellationToken.None);
        claim.Close(ids);
        return merge.Counts;
    }

    private static async Task CompareAsync(Merge merge, ContactHints hints, ContactDecisions decisions, CancellationToken ct)
    {
        var people = hints.People.Count > 0;
        var tags = hints.Tags.Count > 0;
        var leavers = decisions.GoneUsers.Count > 0 || hints.Renames.Count > 0;
        var closed = decisions.GoneDepartments.Count > 0;
        if (people || tags)
        {
            await DirectoryDerivation.CompleteUsersAsync(merge, ct);
            await DirectoryDerivation.DeriveAsync(merge, ct);
        }

        if (hints.Departments.Count > 0)
        {
            await merge.CompareAsync(DirectoryTables.Departments, ct);
            await RemoveAsync(merge, DirectoryTables.Departments, ct);
            await merge.ExecuteAsync(
                MirrorSql.InsertTombstones(DirectoryTables.Departments, EventStage.GoneSql(DirectoryTables.Departments)), ct);
            await ExecuteIfAsync(merge, closed, LeaveWithDepartments, ct);
            await ExecuteIfAsync(merge, closed, LeaveTagsWithDepartments, ct);
        }

        if (people)
        {
            await merge.CompareAsync(DirectoryTables.Users, await FieldGrants.RecallAsync(merge, ct), ct);
            await RemoveAsync(merge, DirectoryTables.Users, ct);
            await merge.ExecuteAsync(MirrorSql.InsertTombstones(DirectoryTables.Users, EventStage.GoneSql(DirectoryTables.Users)), ct);
            if (leavers)
            {
                var renamed = hints.Renames.Select(told => ContactHints.Key(told.NewUserId!)).ToArray();
                await LeaveAsync(merge, LeaveWithUsers, renamed, ct);
                await LeaveAsync(merge, LeaveTagsWithUsers, renamed, ct);
            }
        }

        if (people || closed)
        {
            await merge.CompareAsync(DirectoryTables.Memberships, ct);
            await RemoveAsync(merge, DirectoryTables.Memberships, ct);
        }

        if (tags)
        {
            await merge.CompareAsync(DirectoryTables.Tags, ct);
            foreach (var tag in decisions.ReadTags)
            {
                await LeaveTagAsync(merge, DirectoryTables.TagUsers, "user_id", tag.TagId, tag.At, tag.Only?.RemovedUsers.Select(ContactHints.Key), ct);
                await LeaveTagAsync(
                    merge, DirectoryTables.TagDepartments, "department_id", tag.TagId, tag.At,
                    tag.Only?.RemovedDepartments.Select(id => id.ToString(CultureInfo.InvariantCulture)), ct);
            }
        }

        if (tags || leavers)
        {
            await merge.CompareAsync(DirectoryTables.TagUsers, ct);
            await RemoveAsync(merge, DirectoryTables.TagUsers, ct);
        }

        if (tags || closed)
        {
            await merge.CompareAsync(DirectoryTables.TagDepartments, ct);
            await RemoveAsync(merge, DirectoryTables.TagDepartments, ct);
        }
    }

    private static Task RemoveAsync(Merge merge, MirrorTable table, CancellationToken ct) =>
        merge.RemoveKnownAsync(table, EventStage.GoneSql(table), ct);

    private static Task ExecuteIfAsync(Merge merge, bool needed, string sql, CancellationToken ct) =>
        needed ? merge.ExecuteAsync(sql, ct) : Task.CompletedTask;

    private static async Task LeaveAsync(Merge merge, string sql, string[] renamed, CancellationToken ct)
    {
        await using var leave = merge.Command(sql);
        leave.Add(merge.TenantId, renamed);
        await leave.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Whoever carried a tag and is not staged with it, of those whose absence proves something (all, if null).</summary>
    private static async Task LeaveTagAsync(
        Merge merge, MirrorTable table, string member, long tagId, DateTimeOffset at, IEnumerable<string>? only, CancellationToken ct)
    {
        await using var leave = merge.Command($"""
            INSERT INTO gone_{table.Name} SELECT m.tag_id, m.{member}, $3 FROM {table.Target} m
            WHERE m.tenant_id = $1 AND m.tag_id = $2 AND m.removed_at IS NULL AND ($4 OR lower(m.{member}::text) = ANY($5))
            """);
        leave.Add(merge.TenantId, tagId, at.ToUniversalTime(), only is null, only?.ToArray() ?? []);
        await leave.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>
/// The mirror has changed since the questions were asked, and now it matters which departments the reader of details sees
/// (<see cref="ContactTruth.Visible"/>).
/// </summary>
internal sealed class VisibleUnknownException()
    : Exception("The mirror has changed since WeCom was asked; one more question is needed before the events can be merged.");
