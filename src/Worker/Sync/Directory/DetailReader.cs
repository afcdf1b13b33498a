using System.Globalization;
using System.Threading.Channels;
using Npgsql;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Directory;

/// <summary>
/// Reads people's details into the stage, in rounds: subtrees where WeCom honours them, then the departments of
/// whoever is still missing, then single people. Each round is planned from what the stage still lacks.
/// </summary>
/// <param name="client">WeCom.</param>
/// <param name="caller">The credential that may read details.</param>
/// <param name="stage">Where the rows go.</param>
/// <param name="intake">Takes them there.</param>
/// <param name="connection">The run's connection.</param>
/// <param name="facts">What was read completely.</param>
internal sealed class DetailReader(
    WeComClient client, WeComCaller caller, DirectoryStage stage, PeopleIntake intake, NpgsqlConnection connection, DirectoryFacts facts)
{
    /// <summary>Calls in flight; the client narrows this where WeCom asks for less.</summary>
    private const int CallsInFlight = 4;

    /// <summary>WeCom is away, not one department odd: the run ends instead of failing department by department.</summary>
    private const int FailuresInARow = 5;

    /// <summary>One call that brings so many for each who is wanted is dearer than a call for each.</summary>
    private const int ManyForOne = 200;

    private int failuresInARow;
    private volatile bool incomplete;

    /// <summary>Whether <c>fetch_child=1</c> was honoured; null if this run could not tell.</summary>
    public bool? SubtreesHonoured { get; private set; }

    /// <summary>The smallest subtree refused with 45029 so far.</summary>
    public int? TooLarge { get; private set; }

    /// <param name="tree">Departments that the credential may see.</param>
    /// <param name="listed">True if the stage holds the company's id list to plan from.</param>
    /// <param name="honoured">What earlier runs learned about <c>fetch_child</c>.</param>
    /// <param name="tooLarge">What earlier runs learned about 45029.</param>
    /// <param name="singles">People who are visible by name or tag, whatever their department.</param>
    /// <param name="ct">Stops the run.</param>
    public async Task ReadAsync(
        DepartmentTree tree, bool listed, bool? honoured, int? tooLarge, IReadOnlyCollection<string> singles, CancellationToken ct)
    {
        SubtreesHonoured = honoured;
        TooLarge = tooLarge;
        var people = listed ? stage.ListedPeople : null;
        var plan = new DetailPlan(tree, people);
        var deeper = await ListAsync(plan, plan.Everybody(honoured != false, tooLarge), ct);

        if (listed)
        {
            await ReadMissingAsync(ct);
        }
        else
        {
            await ReadUncoveredAsync(tree, deeper, ct);
        }

        await ReadSinglesAsync(singles, listed, ct);
        facts.DetailsRead = !incomplete && !facts.PersonWithoutId;
    }

    /// <summary>Reads some departments, and who of the rest is wanted.</summary>
    /// <param name="tree">Departments that the credential may see.</param>
    /// <param name="listed">True if the stage holds the company's id list, and <c>wanted</c> who of it is to be read in any case.</param>
    /// <param name="honoured">What earlier runs learned about <c>fetch_child</c>.</param>
    /// <param name="tooLarge">What earlier runs learned about 45029.</param>
    /// <param name="due">Departments to be read.</param>
    /// <param name="singles">People to be read by name, whatever their department.</param>
    /// <param name="ct">Stops the run.</param>
    public async Task ReadSomeAsync(
        DepartmentTree tree, bool listed, bool? honoured, int? tooLarge, IReadOnlySet<long> due, IReadOnlyCollection<string> singles,
        CancellationToken ct)
    {
        SubtreesHonoured = honoured;
        TooLarge = tooLarge;
        var plan = new DetailPlan(tree, listed ? stage.ListedPeople : null);
        var deeper = await ListAsync(plan, plan.Of(due, honoured != false, tooLarge), ct);
        if (listed)
        {
            await ReadMissingAsync(ct, ofWanted: true);
        }
        else
        {
            await ReadUncoveredAsync(tree, deeper, ct);
        }

        await ReadSinglesAsync(singles, listed: false, ct);
    }

    /// <summary>Asks for people whom the company's list lacks: whoever answers was overlooked by a list that changed while it was read.</summary>
    /// <remarks>About whom WeCom gives no answer nothing is proved: they stay.</remarks>
    public async Task ReadOverlookedAsync(IReadOnlyCollection<string> absent, CancellationToken ct)
    {
        await ReadSinglesAsync(absent, listed: false, ct);
        var unanswered = facts.Errors.Where(e => e.Entity == "user").Select(e => e.Key).OfType<string>()
            .Intersect(absent, StringComparer.OrdinalIgnoreCase).ToList();
        await stage.KeepAsync(unanswered, facts.ListedAt, ct);
    }

    /// <summary>Runs the calls, splitting what is too large.</summary>
    /// <returns>For each subtree that was answered: whether people from below its root came with it.</returns>
    private async Task<Dictionary<long, bool>> ListAsync(DetailPlan plan, IReadOnlyList<ListCall> calls, CancellationToken ct)
    {
        var deeper = new Dictionary<long, bool>();
        await intake.TakeAsync(
            async (sink, token) =>
            {
                while (calls.Count > 0)
                {
                    var split = new List<ListCall>();
                    await EachAsync(
                        calls,
                        async (call, stop) =>
                        {
                            if (await ListAsync(call, sink, stop) is not { } below)
                            {
                                lock (split)
                                {
                                    if (call.People is { } size)
                                    {
                                        TooLarge = Math.Min(TooLarge ?? size, size);
                                    }

                                    split.AddRange(plan.Split(call, TooLarge));
                                }
                            }
                            else if (call.WithSubtree)
                            {
                                lock (deeper)
                                {
                                    deeper[call.DepartmentId] = below;
                                }
                            }
                        },
                        token);
                    calls = split;
                }
            },
            ct);

        if (deeper.Count > 0)
        {
            // One subtree whose deeper people came proves it; if none did, nobody asks again.
            SubtreesHonoured = deeper.ContainsValue(true);
            facts.ReadPeople(deeper.Where(root => root.Value).SelectMany(root => plan.Below(root.Key)));
        }

        return deeper;
    }

    /// <returns>Whether people from deeper departments came; null if the answer is too large and must be split.</returns>
    private async Task<bool?> ListAsync(ListCall call, ChannelWriter<WeComUser> sink, CancellationToken ct)
    {
        var deeper = false;
        try
        {
            await foreach (var user in client.ListUsersAsync(caller, call.DepartmentId, call.WithSubtree, ct))
            {
                deeper |= user.Departments is { } departments && !departments.Contains(call.DepartmentId);
                await sink.WriteAsync(user, ct);
            }

            failuresInARow = 0;
            facts.ReadPeople([call.DepartmentId]);
            return deeper;
        }
        catch (WeComException tooLarge) when (tooLarge.Class == WeComErrorClass.Split && call.WithSubtree)
        {
            return null;
        }
        catch (WeComException failure) when (IsOneDepartment(failure))
        {
            Skip("department", call.DepartmentId.ToString(CultureInfo.InvariantCulture), failure);
            return deeper;
        }
    }

    /// <summary>Whoever is on the id list, in a visible department, and not staged yet: by department, or one by one where that is as cheap.</summary>
    private async Task ReadMissingAsync(CancellationToken ct, bool ofWanted = false)
    {
        var departments = new List<ListCall>();
        var single = new List<string>();
        await using (var missing = new NpgsqlCommand($"""
            WITH missing AS (
                SELECT l.user_key, min(l.user_id) AS user_id, l.department_id
                FROM listed l JOIN visible_departments v ON v.id = l.department_id {(ofWanted ? "JOIN wanted w ON w.user_key = l.user_key" : "")}
                WHERE NOT EXISTS (SELECT FROM stage_users s WHERE s.user_key = l.user_key)
                GROUP BY l.user_key, l.department_id),
            sized AS (SELECT *, count(*) OVER (PARTITION BY department_id) AS size FROM missing),
            chosen AS (SELECT DISTINCT ON (user_key) user_key, user_id, department_id FROM sized ORDER BY user_key, size DESC, department_id)
            SELECT department_id, count(*)::int, array_agg(user_id) FROM chosen GROUP BY department_id ORDER BY department_id
            """, connection))
        await using (var reader = await missing.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                var (department, count) = (reader.GetInt64(0), reader.GetInt32(1));
                if (count == 1 || stage.ListedPeople.GetValueOrDefault(department) > count * ManyForOne)
                {
                    single.AddRange(reader.GetFieldValue<string[]>(2));
                }
                else
                {
                    departments.Add(new ListCall(department, WithSubtree: false, count));
                }
            }
        }

        if (departments.Count + single.Count > 0)
        {
            await intake.TakeAsync(
                async (sink, token) =>
                {
                    await EachAsync(departments, async (call, stop) => await ListAsync(call, sink, stop), token);
                    await EachAsync(single, async (userId, stop) => await GetAsync(userId, sink, stop), token);
                },
                ct);
        }
    }

    /// <summary>Without an id list, a department is covered only if it was listed, or a subtree above it proved to reach that deep.</summary>
    private async Task ReadUncoveredAsync(DepartmentTree tree, Dictionary<long, bool> deeper, CancellationToken ct)
    {
        var open = deeper.Where(root => !root.Value).SelectMany(root => tree.Below(root.Key).Where(id => id != root.Key));
        var calls = open.Distinct().Select(id => new ListCall(id, WithSubtree: false, People: null)).ToList();
        if (calls.Count > 0)
        {
            await intake.TakeAsync((sink, token) => EachAsync(calls, async (call, stop) => await ListAsync(call, sink, stop), token), ct);
        }
    }

    private async Task ReadSinglesAsync(IReadOnlyCollection<string> singles, bool listed, CancellationToken ct)
    {
        if (singles.Count == 0)
        {
            return;
        }

        var missing = new List<string>();
        await using (var find = new NpgsqlCommand("""
            SELECT DISTINCT ON (lower(wanted.id)) wanted.id FROM unnest($1::text[]) AS wanted(id)
            WHERE NOT EXISTS (SELECT FROM stage_users s WHERE s.user_key = lower(wanted.id))
              AND (NOT $2 OR EXISTS (SELECT FROM listed l WHERE l.user_key = lower(wanted.id)))
            ORDER BY lower(wanted.id)
            """, connection))
        {
            find.Add(singles.ToArray(), listed);
            await using var reader = await find.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                missing.Add(reader.GetString(0));
            }
        }

        if (missing.Count > 0)
        {
            await intake.TakeAsync(
                (sink, token) => EachAsync(missing, async (userId, stop) => await GetAsync(userId, sink, stop), token), ct);
        }
    }

    private async Task GetAsync(string userId, ChannelWriter<WeComUser> sink, CancellationToken ct)
    {
        try
        {
            await sink.WriteAsync(await client.GetUserAsync(caller, userId, ct), ct);
            failuresInARow = 0;
        }
        catch (WeComException invisible) when (invisible.Class == WeComErrorClass.SkipRow)
        {
            // 60111 means unknown, gone or invisible alike: the id list decides whether the person exists.
            failuresInARow = 0;
        }
        catch (WeComException failure) when (IsOneDepartment(failure))
        {
            Skip("user", userId, failure);
        }
    }

    private static bool IsOneDepartment(WeComException failure) =>
        failure.Class is WeComErrorClass.SkipRow or WeComErrorClass.Retry or WeComErrorClass.Throttle or WeComErrorClass.Split;

    private void Skip(string entity, string key, WeComException failure)
    {
        if (failure.Class != WeComErrorClass.SkipRow && Interlocked.Increment(ref failuresInARow) >= FailuresInARow)
        {
            throw failure;
        }

        incomplete = true;
        facts.Fail(entity, key, failure);
    }

    private static Task EachAsync<T>(IReadOnlyList<T> items, Func<T, CancellationToken, Task> work, CancellationToken ct) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = CallsInFlight, CancellationToken = ct },
            (item, stop) => new ValueTask(work(item, stop)));
}
