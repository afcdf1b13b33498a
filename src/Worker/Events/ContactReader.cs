using WeComSync.Worker.Storage;
using WeComSync.Worker.Sync.Directory;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Events;

/// <summary>Asks WeCom for the truth about what events hint at, each object once.</summary>
/// <param name="client">WeCom.</param>
/// <param name="callers">The tenant's credentials.</param>
/// <param name="clock">This host's clock.</param>
/// <param name="clockOffset">What must be added to it to get the database's.</param>
internal sealed class ContactReader(WeComClient client, DirectoryCallers callers, TimeProvider clock, TimeSpan clockOffset)
{
    private const int CallsInFlight = 4;

    /// <summary>Unknown, gone or out of sight: WeCom does not tell which.</summary>
    private static readonly int[] Absent = [60111, 46004, 40003, 60003, 60011, 60123, 40068];

    private readonly WeComCaller details = callers.App ?? callers.Contacts!;
    private readonly WeComReach reach = new();
    private volatile bool detailsRefused;

    /// <exception cref="WeComException">Of class StopTenant or Throttle, or WeCom is away as a whole.</exception>
    public async Task<ContactTruth> ReadAsync(ContactHints hints, ContactState state, CancellationToken ct)
    {
        var truth = new ContactTruth { TagsSeeAll = callers.Contacts is not null };
        await EachAsync(
            hints.People.Where(p => !IsCovered(p.Key, p.Value, state)),
            async (person, stop) => truth.Users[person.Key] = await AskAsync(() => client.GetUserAsync(details, person.Value.UserId, stop)),
            ct);
        await EachAsync(
            hints.Departments.Values.Where(d => state.Departments.GetValueOrDefault(d.ObjectId) is not { } row || !row.Covers(d.At, d.ReceivedAt)),
            async (department, stop) =>
                truth.Departments[department.ObjectId] = await AskAsync(() => client.GetDepartmentAsync(details, department.ObjectId, stop)),
            ct);
        await EachAsync(
            hints.Tags.Keys,
            async (tagId, stop) =>
                truth.Tags[tagId] = await AskAsync(() => client.GetTagAsync(callers.Contacts ?? details, tagId, stop), ofTag: true),
            ct);
        reach.Check();
        if (NeedsVisible(hints, state, truth))
        {
            await ReadVisibleAsync(truth, ct);
        }

        return truth;
    }

    /// <summary>Reads <see cref="ContactTruth.Visible"/>, which few events need.</summary>
    /// <exception cref="WeComException">The departments cannot be read.</exception>
    public async Task ReadVisibleAsync(ContactTruth truth, CancellationToken ct) =>
        truth.Visible = (await client.ListDepartmentsAsync(details, ct)).Select(d => d.Id).ToHashSet();

    /// <summary>Whether somebody may have left a department that may also be out of sight.</summary>
    public static bool NeedsVisible(ContactHints hints, ContactState state, ContactTruth truth) =>
        // A new id takes over memberships that are still under the old one here.
        hints.Renames.Count > 0 || hints.People.Any(p => IsAmbiguous(p.Key, p.Value, state, truth));

    /// <summary>The mirror knows all that the event can tell, and knows it from later.</summary>
    private static bool IsCovered(string key, PersonHint hint, ContactState state) =>
        !hint.RenamedAway
        && state.Users.TryGetValue(key, out var row) && row.Covers(hint.At, hint.ReceivedAt)
        && (hint.Departments is null || !row.Live
            || state.MembershipsOf(key).Where(m => m.Live).Select(m => m.DepartmentId).ToHashSet().SetEquals(hint.Departments));

    /// <summary>A department that the details do not name may be out of their sight.</summary>
    private static bool IsAmbiguous(string key, PersonHint hint, ContactState state, ContactTruth truth) =>
        truth.Users.TryGetValue(key, out var answer) && answer.Found is { } user
        && (hint.Departments ?? []).Concat(state.MembershipsOf(key).Where(m => m.Live).Select(m => m.DepartmentId))
            .Except(user.Departments ?? []).Any();

    private async Task<Answer<T>> AskAsync<T>(Func<Task<T>> call, bool ofTag = false)
        where T : class
    {
        var askedAt = clock.SteadyNow() + clockOffset;
        if (detailsRefused && !ofTag)
        {
            return new Answer<T>(null, askedAt);
        }

        try
        {
            var found = await call();
            reach.Answer();
            return new Answer<T>(found, askedAt);
        }
        catch (WeComException absent) when (absent.Class == WeComErrorClass.SkipRow && Absent.Contains(absent.ErrCode ?? 0))
        {
            reach.Answer();
            return new Answer<T>(null, askedAt);
        }
        catch (WeComException refused) when (refused.Class == WeComErrorClass.StopFeature && !ofTag)
        {
            // Ids only: the event itself is all there is to know.
            detailsRefused = true;
            return new Answer<T>(null, askedAt);
        }
        catch (WeComException failure) when (reach.IsOfOne(failure))
        {
            return new Answer<T>(null, askedAt, failure);
        }
    }

    private static Task EachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, Task> work, CancellationToken ct) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = CallsInFlight, CancellationToken = ct },
            (item, stop) => new ValueTask(work(item, stop)));
}
