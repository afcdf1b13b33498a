namespace WeComSync.Worker.Events;

/// <summary>What a batch of events says, folded per object: ten updates of one person are one question.</summary>
internal sealed class ContactHints
{
    private ContactHints(IReadOnlyList<ContactEvent> events)
    {
        Events = events;
        var people = new Dictionary<string, List<ContactEvent>>();
        foreach (var told in events.Where(e => e.UserId.Length > 0))
        {
            Add(people, Key(told.UserId), told);
            if (told.NewUserId is { } renamed)
            {
                Add(people, Key(renamed), told);
            }
        }

        People = people.ToDictionary(p => p.Key, p => PersonHint.Of(p.Key, p.Value));
        Departments = Newest(e => e.Change is ContactChange.CreateParty or ContactChange.UpdateParty or ContactChange.DeleteParty);
        Tags = events.Where(e => e.Change == ContactChange.UpdateTag).GroupBy(e => e.ObjectId)
            .ToDictionary(tag => tag.Key, tag => TagHint.Of([.. tag]));
        Renames = [.. events.Where(e => e.NewUserId is not null).OrderBy(e => e.At).ThenBy(e => e.Id)];
    }

    public IReadOnlyList<ContactEvent> Events { get; }

    /// <summary>By user id in lower case.</summary>
    public IReadOnlyDictionary<string, PersonHint> People { get; }

    /// <summary>The newest event of each department; what it does not say, an older one may.</summary>
    public IReadOnlyDictionary<long, ContactEvent> Departments { get; }

    public IReadOnlyDictionary<long, TagHint> Tags { get; }

    /// <summary>Changes of user ids, in their order.</summary>
    public IReadOnlyList<ContactEvent> Renames { get; }

    public static ContactHints Fold(IReadOnlyList<ContactEvent> events) => new(events);

    public static string Key(string userId) => userId.ToLowerInvariant();

    private static void Add(Dictionary<string, List<ContactEvent>> people, string key, ContactEvent told) =>
        (people.TryGetValue(key, out var of) ? of : people[key] = []).Add(told);

    private Dictionary<long, ContactEvent> Newest(Func<ContactEvent, bool> kind) =>
        Events.Where(kind).GroupBy(e => e.ObjectId).ToDictionary(
            department => department.Key,
            department =>
            {
                var told = department.OrderBy(e => e.At).ThenBy(e => e.Deletes).ThenBy(e => e.Id).ToList();
                return told[^1] with
                {
                    ParentId = told.LastOrDefault(e => e.ParentId is not null)?.ParentId,
                    Name = told.LastOrDefault(e => e.Name is not null)?.Name,
                    ReceivedAt = told.Max(e => e.ReceivedAt),
                };
            });
}

/// <summary>What a batch says about one person.</summary>
/// <param name="UserId">In the spelling of the newest event.</param>
/// <param name="Cause">The newest event.</param>
/// <param name="At">Its time.</param>
/// <param name="ReceivedAt">When the last of them came in.</param>
/// <param name="Deleted">Whether the newest says that the person is gone.</param>
/// <param name="Departments">The newest whole list of the person's departments.</param>
/// <param name="DepartmentsAt">When that was true.</param>
/// <param name="RenamedAway">The newest event says that the id is no longer in use.</param>
internal sealed record PersonHint(
    string UserId, string Cause, DateTimeOffset At, DateTimeOffset ReceivedAt, bool Deleted, long[]? Departments, DateTimeOffset DepartmentsAt,
    bool RenamedAway)
{
    /// <param name="key">The user id in lower case.</param>
    /// <param name="events">All that name it.</param>
    public static PersonHint Of(string key, List<ContactEvent> events)
    {
        bool IsOld(ContactEvent told) => told.NewUserId is not null && ContactHints.Key(told.UserId) == key;

        // Of events in the same second the one that ends the id counts, so that their order of arrival does not matter.
        var ordered = events.OrderBy(e => e.At).ThenBy(e => e.Deletes || IsOld(e)).ThenBy(e => e.Id).ToList();
        var newest = ordered[^1];
        var listed = ordered.LastOrDefault(e => e.Departments is not null && !IsOld(e));
        return new PersonHint(
            newest.NewUserId is { } renamed && !IsOld(newest) ? renamed : newest.UserId,
            newest.Cause,
            newest.At,
            events.Max(e => e.ReceivedAt),
            newest.Deletes,
            listed?.Departments,
            listed?.At ?? default,
            IsOld(newest));
    }
}

/// <summary>What a batch says about one contact tag: whom events added and removed, in their order.</summary>
internal sealed record TagHint(
    string Cause, DateTimeOffset At, IReadOnlySet<string> AddedUsers, IReadOnlySet<string> RemovedUsers, IReadOnlySet<long> AddedDepartments,
    IReadOnlySet<long> RemovedDepartments)
{
    public static TagHint Of(List<ContactEvent> events)
    {
        var (addedUsers, removedUsers) = (NewUserSet(), NewUserSet());
        var (addedDepartments, removedDepartments) = (new HashSet<long>(), new HashSet<long>());
        var ordered = events.OrderBy(e => e.At).ThenBy(e => e.Id).ToList();
        foreach (var told in ordered)
        {
            Turn(addedUsers, removedUsers, told.AddedUsers, told.RemovedUsers);
            Turn(addedDepartments, removedDepartments, told.AddedDepartments, told.RemovedDepartments);
        }

        return new TagHint(ordered[^1].Cause, ordered[^1].At, addedUsers, removedUsers, addedDepartments, removedDepartments);
    }

    private static HashSet<string> NewUserSet() => new(StringComparer.OrdinalIgnoreCase);

    private static void Turn<T>(HashSet<T> added, HashSet<T> removed, T[] more, T[] less)
    {
        added.UnionWith(more);
        removed.ExceptWith(more);
        removed.UnionWith(less);
        added.ExceptWith(less);
    }
}
