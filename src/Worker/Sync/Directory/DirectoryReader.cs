using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Directory;

/// <summary>
/// Reads a tenant's directory into the stage with whatever credentials it has: ids of the whole company from the
/// contact-sync secret, details from the application, as far as each may see. A full read asks for everybody's details; an incremental
/// one for those who are new or moved, and for a part of the rest in turn.
/// </summary>
/// <param name="client">WeCom.</param>
/// <param name="tenant">With its settings.</param>
/// <param name="callers">Its credentials.</param>
/// <param name="session">The run.</param>
/// <param name="marks">What was read when; null to read everything.</param>
/// <param name="request">Who is to be read in any case.</param>
internal sealed class DirectoryReader(
    WeComClient client, Tenant tenant, DirectoryCallers callers, RunSession session, ReadMarks? marks, SyncRequest request)
{
    /// <summary>
    /// What a run compares was filled a moment ago, and on a first run the mirror too: the planner, which knows nothing of either,
    /// must not take one row of a whole company at a time, nor compile for long what runs for a second.
    /// </summary>
    private const string WholeTables = "SET enable_nestloop = off; SET jit = off; SET work_mem = '64MB'";

    /// <summary>A company without an id list that is no larger is read in whole also by an incremental sync: only so are leavers found.</summary>
    private const int FewDepartments = 20;

    /// <summary>From this share of the company on, whoever is wanted comes with everybody.</summary>
    private const int MostOfAll = 4;

    /// <summary>Leavers who are asked for one by one; more at once are for the guard.</summary>
    private const int MostLeavers = 100;

    private readonly DirectoryStage stage = new(session.Connection, session.ClockOffset);
    private readonly List<StagedDepartment> departments = [];

    /// <summary>The contact-sync secret listed the company to the end, and it has no department, or nobody.</summary>
    private bool listedNoDepartment;
    private bool listedNobody;

    public DirectoryFacts Facts { get; } = new();

    public async Task ReadAsync(CancellationToken ct)
    {
        await stage.ClearAsync(ct);
        await session.Connection.ExecuteAsync(WholeTables, [], ct);
        Facts.ListedAt = session.DatabaseNow;
        var contacts = callers.Contacts;
        var app = callers.App;

        if (contacts is not null)
        {
            session.Enter("ids");
            Facts.WholeCompanyListed = await ReadIdsAsync(contacts, ct);
        }

        session.Enter("departments");
        var agent = app is null ? null : await client.GetAgentAsync(app, callers.AgentId, ct);
        var details = app ?? contacts!;
        var visible = await ReadDepartmentsAsync(details, ct);
        if (visible is not null)
        {
            await ReadDetailsAsync(details, visible, await SinglesAsync(details, agent, ct), ct);
        }

        if (listedNobody)
        {
            JudgeEmptyList(visible);
        }

        if (departments.Count > 0)
        {
            await stage.CopyDepartmentsAsync(departments.DistinctBy(d => d.Id), ct);
        }

        session.Enter("tags");
        await new TagReader(client, stage, Facts).ReadAsync(contacts ?? details, ChooseTags, ct);
    }

    /// <returns>False if this credential may not list the company; then only what the application sees is read.</returns>
    private async Task<bool> ReadIdsAsync(WeComCaller contacts, CancellationToken ct)
    {
        try
        {
            var nodes = await client.ListDepartmentIdsAsync(contacts, ct);
            departments.AddRange(nodes.Where(n => HasId(n.Id)).Select(n => new StagedDepartment(n.Id, n.ParentId, null, null, n.Order, null, n.FetchedAt)));
            var rows = await stage.CopyListedAsync(
                client.ListUserIdsAsync(contacts, ct), n => session.Run.Expected = n, ct,
                () =>
                {
                    Facts.WithHoles.Add(DirectoryTables.User);
                    Facts.Fail(DirectoryTables.User, null, null, SyncTexts.PersonWithoutId.With());
                });
            Facts.DepartmentsRead = nodes.Count > 0;
            (listedNoDepartment, listedNobody) = (nodes.Count == 0, rows == 0);
            if (listedNoDepartment && !listedNobody)
            {
                Facts.Fail("department", null, null, SyncTexts.NothingListed.With());
            }

            return !listedNoDepartment && !listedNobody;
        }
        catch (WeComException refused) when (refused.Class == WeComErrorClass.StopFeature && callers.App is not null)
        {
            departments.Clear();
            Facts.Fail("user", null, refused);
            return false;
        }
    }

    /// <summary>
    /// That everybody is gone can be true, and a person can say so, unless the reader of details sees somebody: then it is contact sync
    /// that is broken. A part that was read, and has nobody, says neither.
    /// </summary>
    private void JudgeEmptyList(DepartmentTree? visible)
    {
        if (session.Run.Read > 0 || (listedNoDepartment && departments.Count > 0))
        {
            Facts.Fail("user", null, null, SyncTexts.NothingListed.With());
        }
        else if (visible is null || visible.Ids.Count == 0 || Facts.DetailsRead)
        {
            Facts.WholeCompanyListed = true;
        }
    }

    /// <returns>The departments whose people this credential may read; null if it may read ids only.</returns>
    private async Task<DepartmentTree?> ReadDepartmentsAsync(WeComCaller details, CancellationToken ct)
    {
        IReadOnlyList<WeComDepartment> seen;
        try
        {
            seen = await client.ListDepartmentsAsync(details, ct);
        }
        catch (WeComException refused) when (refused.Class == WeComErrorClass.StopFeature && (Facts.WholeCompanyListed || listedNobody))
        {
            Facts.Warn($"Names and other details cannot be read: {refused.Message}");
            return null;
        }

        seen = [.. seen.Where(d => HasId(d.Id))];
        Report(seen);
        // The id list knows the whole tree; names and leaders come from whoever may read them.
        var nodes = new Dictionary<long, StagedDepartment>();
        foreach (var department in departments)
        {
            nodes[department.Id] = department;
        }

        departments.Clear();
        foreach (var department in seen)
        {
            nodes[department.Id] = new StagedDepartment(
                department.Id, department.ParentId, department.Name, department.NameEn, department.Order, department.Leaders, department.FetchedAt);
        }

        departments.AddRange(nodes.Values);
        ReportShape();
        Facts.DepartmentsRead |= seen.Count > 0;
        var tree = new DepartmentTree(seen.Select(d => (d.Id, d.ParentId)));
        await stage.SetVisibleAsync(tree.Ids, ct);
        return tree;
    }

    /// <summary>One unusable row must not cost the others.</summary>
    private bool HasId(long id)
    {
        if (id <= 0)
        {
            Facts.WithHoles.Add(DirectoryTables.Department);
            Facts.Fail("department", null, null, SyncTexts.DepartmentWithoutId.With());
        }

        return id > 0;
    }

    private void Report(IReadOnlyList<WeComDepartment> seen)
    {
        // Of a company without an application it is no range that is empty.
        if (seen.Count == 0 && !(listedNoDepartment && callers.App is null))
        {
            Facts.Fail("department", null, null,
                SyncTexts.RangeEmpty.With());
        }
    }

    /// <summary>Odd trees are mirrored as they came: a person decides what they mean.</summary>
    private void ReportShape()
    {
        var tree = new DepartmentTree(departments.Select(d => (d.Id, d.ParentId)));
        foreach (var id in tree.Cyclic)
        {
            Facts.Warn($"Department {id} is its own ancestor in WeCom's answer; it is mirrored as it came.");
        }

        // An application's range may begin anywhere; the whole company's tree has one root.
        var orphans = Facts.WholeCompanyListed ? departments.Where(d => d.ParentId > 0 && !tree.Contains(d.ParentId.Value)).ToList() : [];
        foreach (var orphan in orphans)
        {
            Facts.Warn($"Department {orphan.Id} has the parent {orphan.ParentId}, which WeCom did not list; it is mirrored as it came.");
        }
    }

    private IReadOnlySet<long> ChooseTags(IEnumerable<long> tags)
    {
        var all = tags.ToList();
        if (marks is null)
        {
            return all.ToHashSet();
        }

        var due = marks.Due(MarkKind.Tag, all.Select(id => (id, 1))).ToHashSet();
        due.UnionWith(request.Tags);
        return due;
    }

    private async Task ReadDetailsAsync(WeComCaller details, DepartmentTree visible, IReadOnlyCollection<string> singles, CancellationToken ct)
    {
        session.Enter("details");
        var reader = new DetailReader(
            client, details, stage, new PeopleIntake(stage, Facts, n => session.Run.Read = n), session.Connection, Facts);
        var listed = Facts.WholeCompanyListed;
        var wanted = marks is not null && listed ? await stage.FindWantedAsync(tenant.Id, request.People, ct) : 0;
        if (marks is null || (listed ? wanted * MostOfAll > stage.ListedPeople.Values.Sum() : visible.Ids.Count <= FewDepartments))
        {
            await reader.ReadAsync(visible, listed, tenant.FetchChildHonoured, tenant.TooLargeSubtree, singles, ct);
            Facts.SharesRead.UnionWith(singles.Select(ReadMarks.ShareOf));
        }
        else
        {
            Facts.OnlyAPart = !listed;
            await ReadPartAsync(reader, visible, listed, singles, ct);
        }

        if (wanted > 0)
        {
            await reader.ReadOverlookedAsync(await stage.AbsentAsync(tenant.Id, MostLeavers, ct), ct);
        }

        tenant.FetchChildHonoured = reader.SubtreesHonoured;
        tenant.TooLargeSubtree = reader.TooLarge;
    }

    /// <summary>Who is new or moved, and what is due.</summary>
    private async Task ReadPartAsync(
        DetailReader reader, DepartmentTree visible, bool listed, IReadOnlyCollection<string> singles, CancellationToken ct)
    {
        var departments = visible.InOrder().Select(id => (id, listed ? stage.ListedPeople.GetValueOrDefault(id) : 1)).Where(d => d.Item2 > 0);
        var shares = marks!.Due(MarkKind.Named, singles.Select(ReadMarks.ShareOf).Distinct().Select(share => (share, 1)));
        var outside = listed ? await stage.WantedOutsideAsync(ct) : [];
        var named = singles.Where(id => shares.Contains(ReadMarks.ShareOf(id)))
            .Concat(singles.Intersect(outside, StringComparer.OrdinalIgnoreCase)).Concat(listed ? [] : request.People);
        await reader.ReadSomeAsync(
            visible, listed, tenant.FetchChildHonoured, tenant.TooLargeSubtree, marks!.Due(MarkKind.Department, departments), [.. named], ct);
        Facts.SharesRead.UnionWith(shares);
    }

    /// <summary>People whom the application sees by name or by tag, whatever their department.</summary>
    private async Task<IReadOnlyCollection<string>> SinglesAsync(WeComCaller details, WeComAgent? agent, CancellationToken ct)
    {
        if (agent is null)
        {
            return [];
        }

        var people = new HashSet<string>(agent.UserIds, StringComparer.OrdinalIgnoreCase);
        foreach (var tagId in agent.TagIds)
        {
            try
            {
                people.UnionWith((await client.GetTagAsync(details, tagId, ct)).UserIds ?? []);
            }
            catch (WeComException odd) when (odd.Class == WeComErrorClass.SkipRow)
            {
                Facts.Fail("contact_tag", $"{tagId}", odd);
            }
        }

        return people;
    }
}
