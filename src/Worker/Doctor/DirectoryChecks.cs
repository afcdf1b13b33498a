using System.Runtime.CompilerServices;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Doctor;

/// <summary>Whether lists and details can be read, and how much of the company the application sees.</summary>
internal sealed class DirectoryChecks(WeComClient client)
{
    private const long Root = 1;

    public async IAsyncEnumerable<DoctorFinding> RunAsync(DoctorVisit visit, [EnumeratorCancellation] CancellationToken ct)
    {
        if (visit.Working.Contains(Channel.Contacts))
        {
            yield return await ListAsync(visit, ct);
        }

        if (visit.Working.Contains(Channel.App))
        {
            yield return await MeasureRangeAsync(visit, ct);
        }

        if (visit.Working.Contains(Channel.App) || visit.Working.Contains(Channel.Contacts))
        {
            yield return await ReadDetailsAsync(visit, ct);
            yield return await ReadTagsAsync(visit, ct);
        }
    }

    private async Task<DoctorFinding> ListAsync(DoctorVisit visit, CancellationToken ct)
    {
        var contacts = visit.Caller(Channel.Contacts);
        var (departments, refused) = await visit.AskAsync("department/simplelist", stop => client.ListDepartmentIdsAsync(contacts, stop), ct);
        if (departments is null)
        {
            return DoctorVisit.Failed(Checks.Lists, Channel.Contacts, refused!);
        }

        var (memberships, broken) = await visit.AskAsync(
            "user/list_id", async stop => await client.ListUserIdsAsync(contacts, stop).ToListAsync(stop), ct);
        if (memberships is null)
        {
            return DoctorVisit.Failed(Checks.Lists, Channel.Contacts, broken!);
        }

        visit.Departments = departments.Select(department => department.Id).ToHashSet();
        visit.Memberships = memberships;
        return departments.Count + memberships.Count == 0
            ? new DoctorFinding(Checks.Lists, DoctorVerdict.Wrong, TenantTexts.ListsEmpty)
            : new DoctorFinding(
                Checks.Lists, DoctorVerdict.Ok, TenantTexts.Lists, People(memberships).Count, departments.Count, memberships.Count);
    }

    private async Task<DoctorFinding> MeasureRangeAsync(DoctorVisit visit, CancellationToken ct)
    {
        var app = visit.Caller(Channel.App);
        var (agent, refused) = await visit.AskAsync(
            "agent/get", stop => client.GetAgentAsync(app, visit.SettingsOf(Channel.App)!.AgentId!.Value, stop), ct);
        if (agent is null)
        {
            return DoctorVisit.Failed(Checks.Range, Channel.App, refused!);
        }

        if (agent.Closed)
        {
            return new DoctorFinding(Checks.Range, DoctorVerdict.Wrong, TenantTexts.AgentClosed, agent.Name);
        }

        var (nodes, failure) = await visit.AskAsync("department/simplelist", stop => client.ListDepartmentIdsAsync(app, stop), ct);
        if (nodes is null)
        {
            return DoctorVisit.Failed(Checks.Range, Channel.App, failure!);
        }

        visit.Visible = nodes.Select(node => node.Id).ToHashSet();
        visit.Sample = agent.UserIds.Count > 0 ? agent.UserIds[0] : null;
        if (nodes.Count + agent.UserIds.Count + agent.TagIds.Count == 0)
        {
            return new DoctorFinding(Checks.Range, DoctorVerdict.Wrong, TenantTexts.RangeEmpty, agent.Name);
        }

        return visit is { Departments: { } departments, Memberships: { } memberships }
            ? Compare(visit, agent, departments, memberships)
            : new DoctorFinding(Checks.Range, DoctorVerdict.Ok, TenantTexts.RangeUnmeasured, agent.Name, nodes.Count);
    }

    private static DoctorFinding Compare(
        DoctorVisit visit, WeComAgent agent, IReadOnlySet<long> departments, IReadOnlyList<WeComMembership> memberships)
    {
        var everybody = People(memberships);
        var seen = People(memberships.Where(row => visit.Visible!.Contains(row.DepartmentId)));
        seen.UnionWith(agent.UserIds.Where(everybody.Contains));
        visit.Sample ??= seen.FirstOrDefault();
        var whole = agent.DepartmentIds.Contains(Root) || (seen.Count == everybody.Count && visit.Visible!.IsSupersetOf(departments));
        return whole
            ? new DoctorFinding(Checks.Range, DoctorVerdict.Ok, TenantTexts.RangeWhole, agent.Name, everybody.Count, departments.Count)
            : new DoctorFinding(
                Checks.Range, DoctorVerdict.Warning, TenantTexts.RangePart,
                agent.Name, seen.Count, everybody.Count, visit.Visible!.Count, departments.Count);
    }

    private async Task<DoctorFinding> ReadDetailsAsync(DoctorVisit visit, CancellationToken ct)
    {
        var channel = visit.Working.Contains(Channel.App) ? Channel.App : Channel.Contacts;
        if (channel == Channel.Contacts && visit.HasApp)
        {
            return new DoctorFinding(Checks.Details, DoctorVerdict.Wrong, TenantTexts.DetailsNotChecked);
        }

        var sample = visit.Sample ?? (channel == Channel.Contacts ? visit.Memberships?.Select(row => row.UserId).FirstOrDefault() : null);
        WeComException? failure;
        if (sample is null && visit.Visible is { Count: > 0 } visible)
        {
            // Nobody is known by id, so the first that a visible department shows must do.
            (sample, failure) = await visit.AskAsync("user/list", stop => FirstAsync(visit.Caller(channel), visible, stop), ct);
            if (failure is not null)
            {
                return DoctorVisit.Failed(Checks.Details, channel, failure);
            }
        }

        if (sample is null)
        {
            return new DoctorFinding(Checks.Details, DoctorVerdict.Warning, TenantTexts.NobodyToTry);
        }

        (_, failure) = await visit.AskAsync("user/get", stop => client.GetUserAsync(visit.Caller(channel), sample, stop), ct);
        return failure is null
            ? new DoctorFinding(Checks.Details, DoctorVerdict.Ok, TenantTexts.DetailsRead)
            : DoctorVisit.Failed(Checks.Details, channel, failure);
    }

    private async Task<string?> FirstAsync(WeComCaller caller, IReadOnlySet<long> departments, CancellationToken ct)
    {
        foreach (var department in departments.Order().Take(5))
        {
            if (await client.ListUsersAsync(caller, department, fetchChild: true, ct).FirstOrDefaultAsync(ct) is { } user)
            {
                return user.UserId;
            }
        }

        return null;
    }

    private async Task<DoctorFinding> ReadTagsAsync(DoctorVisit visit, CancellationToken ct)
    {
        var channel = visit.Working.Contains(Channel.Contacts) ? Channel.Contacts : Channel.App;
        var (tags, failure) = await visit.AskAsync("tag/list", stop => client.ListTagsAsync(visit.Caller(channel), stop), ct);
        return tags is null
            ? DoctorVisit.Failed(Checks.Tags, channel, failure!)
            : new DoctorFinding(Checks.Tags, DoctorVerdict.Ok, TenantTexts.Tags, tags.Count);
    }

    private static HashSet<string> People(IEnumerable<WeComMembership> rows) =>
        rows.Select(row => row.UserId).Where(id => id.Length > 0).ToHashSet(StringComparer.OrdinalIgnoreCase);
}
