using System.Globalization;
using WeComSync.Worker.Sync.Directory;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Events;

/// <summary>
/// What follows from events, from WeCom's answers and from the mirror as it is inside the merge's transaction. Times of rows that WeCom
/// returned are of this host's clock, as the stage expects them; all others are the database's.
/// </summary>
/// <remarks>
/// What WeCom answered is dated by its request. What only the event says is dated by the event, so that events may come in any order:
/// a person who may not be read was hired in its second and had left by the end of it.
/// </remarks>
internal sealed class ContactDecisions
{
    private readonly ContactTruth truth;
    private readonly ContactState state;
    private readonly TimeSpan clockOffset;

    private ContactDecisions(ContactTruth truth, ContactState state, TimeSpan clockOffset)
    {
        this.truth = truth;
        this.state = state;
        this.clockOffset = clockOffset;
    }

    public List<WeComUser> Users { get; } = [];

    public List<(string UserId, DateTimeOffset At)> IdOnly { get; } = [];

    /// <summary>Memberships that only an event tells.</summary>
    public List<(string UserId, long DepartmentId, DateTimeOffset At)> Listed { get; } = [];

    public List<StagedDepartment> Departments { get; } = [];

    public List<WeComTag> Tags { get; } = [];

    public List<(long TagId, string UserId, DateTimeOffset FetchedAt)> TagUsers { get; } = [];

    public List<(long TagId, long DepartmentId, DateTimeOffset FetchedAt)> TagDepartments { get; } = [];

    public List<(string UserId, DateTimeOffset At)> GoneUsers { get; } = [];

    public List<(long Id, DateTimeOffset At)> GoneDepartments { get; } = [];

    public List<(string UserId, long DepartmentId, DateTimeOffset At)> GoneMemberships { get; } = [];

    /// <summary>Tags whose members were read, and of whom absence proves something: of all, or of those whom an event removed.</summary>
    public List<(long TagId, DateTimeOffset At, TagHint? Only)> ReadTags { get; } = [];

    public IReadOnlySet<long>? Visible => truth.Visible;

    /// <summary>By kind and id of the object.</summary>
    public Dictionary<(string Kind, string Id), string> Causes { get; } = [];

    public static ContactDecisions Make(ContactHints hints, ContactTruth truth, ContactState state, TimeSpan clockOffset)
    {
        var made = new ContactDecisions(truth, state, clockOffset);
        // Departments first: nobody is listed in one that closes.
        foreach (var told in hints.Departments.Values)
        {
            made.Causes[(DirectoryTables.Department, Text(told.ObjectId))] = told.Cause;
            made.Decide(told);
        }

        foreach (var (key, hint) in hints.People)
        {
            made.Causes[(DirectoryTables.User, key)] = hint.Cause;
            made.Decide(key, hint);
        }

        foreach (var (tagId, hint) in hints.Tags)
        {
            made.Causes[(DirectoryTables.Tag, Text(tagId))] = hint.Cause;
            made.Decide(tagId, hint);
        }

        return made;
    }

    /// <summary>Renames come before the state is read, since they change which row is whose.</summary>
    public static IReadOnlyList<KnownRename> RenamesOf(ContactHints hints, ContactTruth truth) =>
    [
        .. hints.Renames
            .Where(told => IsFree(told, hints, truth))
            .Select(told => new KnownRename(
                told.UserId, told.NewUserId!, EventTime.End(told.At, truth.Users[ContactHints.Key(told.UserId)].AskedAt), told.Cause)),
    ];

    /// <summary>Whoever has the old id now is somebody else, or nobody was renamed: unless the batch says that the id was given out anew.</summary>
    private static bool IsFree(ContactEvent told, ContactHints hints, ContactTruth truth) =>
        truth.Users.TryGetValue(ContactHints.Key(told.UserId), out var old)
        && (old.Found is null || hints.Events.Any(e => e.Change == ContactChange.CreateUser && e.At > told.At
            && string.Equals(e.UserId, told.UserId, StringComparison.OrdinalIgnoreCase)));

    private void Decide(string key, PersonHint hint)
    {
        if (!truth.Users.TryGetValue(key, out var answer))
        {
            return;
        }

        var row = state.Users.GetValueOrDefault(key);
        if (answer.Found is { } user)
        {
            Users.Add(user);
            DecideMemberships(key, hint, row?.Id ?? user.UserId, user, answer.AskedAt);
        }
        else
        {
            var older = IsOlder(hint, row);
            if (!older && (hint.Deleted || hint.RenamedAway))
            {
                GoneUsers.Add((row?.Id ?? hint.UserId, Later(EventTime.End(hint.At, answer.AskedAt), row?.FetchedAt)));
                return;
            }

            var userId = row?.Id ?? hint.UserId;
            if (!older)
            {
                IdOnly.Add((userId, Later(hint.At, row?.FetchedAt)));
            }

            if (hint.Departments is { } departments && (!older || IsNewestList(key, hint, row!)))
            {
                ListMemberships(key, userId, departments, hint.DepartmentsAt);
                LeaveMemberships(key, departments, _ => EventTime.End(hint.DepartmentsAt, answer.AskedAt));
            }
        }
    }

    /// <summary>An event that is older than another one of the same person may still be the last that named departments.</summary>
    private bool IsNewestList(string key, PersonHint hint, RowState row) =>
        row is { Live: true, Detailed: false } && !hint.Deleted
        && state.MembershipsOf(key).All(m => m.FetchedAt < hint.DepartmentsAt + EventTime.Second);

    /// <summary>
    /// The details name the departments that their reader sees; of the others only the event's list tells. Where it is not known which
    /// is which, nobody leaves a department.
    /// </summary>
    private void DecideMemberships(string key, PersonHint hint, string userId, WeComUser user, DateTimeOffset askedAt)
    {
        if (truth.Visible is not { } visible || user.Departments is not { } own)
        {
            return;
        }

        var hidden = state.MembershipsOf(key).Where(m => !visible.Contains(m.DepartmentId));
        var list = hint.Departments is { } told && hidden.All(m => m.FetchedAt <= hint.DepartmentsAt + EventTime.Second) ? told : null;
        if (list is not null)
        {
            ListMemberships(key, userId, list, hint.DepartmentsAt);
        }

        LeaveMemberships(
            key,
            own,
            department => visible.Contains(department) ? user.FetchedAt + clockOffset
                : list is not null && !list.Contains(department) ? EventTime.End(hint.DepartmentsAt, askedAt)
                : null);
    }

    private void ListMemberships(string key, string userId, long[] departments, DateTimeOffset at)
    {
        var known = state.MembershipsOf(key).ToDictionary(m => m.DepartmentId, m => m.FetchedAt);
        Listed.AddRange(departments.Where(id => !IsClosed(id, at)).Select(id => (userId, id, known.TryGetValue(id, out var fetched) && fetched < at + EventTime.Second ? Later(at, fetched) : at)));
    }

    /// <summary>A list that comes late may name a department that has been closed since. Out of sight is not closed.</summary>
    private bool IsClosed(long departmentId, DateTimeOffset at) =>
        GoneDepartments.Exists(gone => gone.Id == departmentId && gone.At >= at)
        || (state.Departments.GetValueOrDefault(departmentId) is { Live: false } row && row.IsNewerThan(at)
            && !Departments.Exists(open => open.Id == departmentId));

    /// <param name="key">The user id in lower case.</param>
    /// <param name="kept">Departments that the person is still in.</param>
    /// <param name="leftAt">Since when it is known that the person is not in a department; null if it is not.</param>
    private void LeaveMemberships(string key, long[] kept, Func<long, DateTimeOffset?> leftAt)
    {
        foreach (var membership in state.MembershipsOf(key).Where(m => m.Live && !kept.Contains(m.DepartmentId)))
        {
            if (leftAt(membership.DepartmentId) is { } at)
            {
                GoneMemberships.Add((membership.UserId, membership.DepartmentId, at));
            }
        }
    }

    private void Decide(ContactEvent told)
    {
        if (!truth.Departments.TryGetValue(told.ObjectId, out var answer))
        {
            return;
        }

        var row = state.Departments.GetValueOrDefault(told.ObjectId);
        if (answer.Found is { } d)
        {
            Departments.Add(new StagedDepartment(told.ObjectId, d.ParentId, d.Name, d.NameEn, d.Order, d.Leaders, d.FetchedAt));
        }
        else if (row is null || !(row.Live && row.Detailed ? row.Covers(told.At, told.ReceivedAt) : row.IsNewerThan(told.At)))
        {
            if (told.Deletes)
            {
                GoneDepartments.Add((told.ObjectId, Later(EventTime.End(told.At, answer.AskedAt), row?.FetchedAt)));
            }
            else
            {
                Departments.Add(new StagedDepartment(
                    told.ObjectId, told.ParentId, told.Name, null, null, null, Later(told.At, row?.FetchedAt) - clockOffset));
            }
        }
    }

    private void Decide(long tagId, TagHint hint)
    {
        // A tag that cannot be read stays as it is: that proves nothing.
        if (!truth.Tags.TryGetValue(tagId, out var answer) || answer.Found is not { } tag)
        {
            return;
        }

        Tags.Add(new WeComTag { Id = tagId, Name = tag.Name, FetchedAt = tag.FetchedAt });
        // The application's view hides members outside its range: of those the event alone tells.
        var users = (tag.UserIds ?? []).Concat(truth.TagsSeeAll ? [] : hint.AddedUsers).Distinct(StringComparer.OrdinalIgnoreCase);
        var departments = (tag.DepartmentIds ?? []).Concat(truth.TagsSeeAll ? [] : hint.AddedDepartments).Distinct();
        TagUsers.AddRange(users.Select(id => (tagId, id, tag.FetchedAt)));
        TagDepartments.AddRange(departments.Select(id => (tagId, id, tag.FetchedAt)));
        if (tag is { UserIds: not null, DepartmentIds: not null })
        {
            ReadTags.Add((tagId, tag.FetchedAt + clockOffset, truth.TagsSeeAll ? null : hint));
        }
    }

    /// <summary>
    /// Whether an event that WeCom no longer confirms is of the past. A person who could be read once and cannot any more has changed
    /// since, so there the clocks of WeCom and this host need not agree.
    /// </summary>
    private static bool IsOlder(PersonHint hint, RowState? row) =>
        row is not null && (row.Live && row.Detailed ? row.Covers(hint.At, hint.ReceivedAt) : row.IsNewerThan(hint.At));

    private static DateTimeOffset Later(DateTimeOffset at, DateTimeOffset? other) => other > at ? other.Value : at;

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
