using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>
/// Cuts a pull's members into chunks by what they are expected to have. A cursor is never resumed, so whatever of a chunk was read when
/// its run is killed is read again: the calls of all open chunks are kept to a few percent of the pull. Each chunk ends with a page that is
/// not full, so chunks are not smaller than that needs. Used by one task.
/// </summary>
internal sealed class FollowChunks
{
    /// <summary>Calls of a small pull that may be made in vain; together with those that every run begins with they are 50.</summary>
    private const int FewestAtRisk = 48;

    /// <summary>Of a large one.</summary>
    private const double ShareAtRisk = 0.03;

    /// <summary>The half page that is wasted on average is 2 % of them.</summary>
    private const int FewestCalls = FewestAtRisk / 2;

    /// <summary>More would save nothing worth while.</summary>
    private const int MostCalls = 100;

    /// <summary>Members of whom nothing is known are taken on trial at first, and then so many times those who were read.</summary>
    private const int TrialGrowth = 4;

    private readonly IReadOnlyList<string> todo;
    private readonly IReadOnlyDictionary<string, int> known;
    private readonly int members;
    private int next;
    private int open;
    private int openCalls;
    private bool trialIsOpen;
    private int sampled;
    private long relations;

    /// <param name="members">All whose customers are pulled.</param>
    /// <param name="todo">Those who were not read yet.</param>
    /// <param name="known">How many customers each of those had who were read before, in this pull or an earlier one.</param>
    public FollowChunks(IReadOnlyCollection<string> members, IReadOnlyList<string> todo, IReadOnlyDictionary<string, int> known)
    {
        this.members = members.Count;
        this.todo = todo;
        this.known = known;
        foreach (var userId in members)
        {
            if (known.TryGetValue(userId, out var customers))
            {
                sampled++;
                relations += customers;
            }
        }
    }

    /// <summary>Cuts the next chunk.</summary>
    /// <returns>Null: none is left, or none may be open beside those that are.</returns>
    public FollowChunk? Open()
    {
        if (next == todo.Count || trialIsOpen)
        {
            return null;
        }

        var average = sampled == 0 ? 0 : (double)relations / sampled;
        var atRisk = Math.Max(FewestAtRisk, ShareAtRisk * CallsFor(average * members));
        var most = Math.Clamp(atRisk / 3, FewestCalls, MostCalls) * CustomerClient.FollowsOnPage;
        var mostUnknown = sampled == 0 ? Math.Max(1, members / 100) : TrialGrowth * sampled;
        var (count, unknown, expected, isTrial) = (0, 0, 0.0, false);
        foreach (var userId in todo.Skip(next).Take(CustomerClient.MostMembers))
        {
            var isKnown = known.TryGetValue(userId, out var customers);
            var more = isKnown ? customers : average;
            isTrial = !isKnown && unknown == mostUnknown;
            if (isTrial || (count > 0 && expected + more > most))
            {
                break;
            }

            count++;
            unknown += isKnown ? 0 : 1;
            expected += more;
        }

        var calls = Math.Max(1, CallsFor(expected));
        if (open > 0 && (isTrial || openCalls + calls > atRisk))
        {
            return null;
        }

        var chunk = new FollowChunk([.. todo.Skip(next).Take(count)], calls, isTrial);
        next += count;
        open++;
        openCalls += calls;
        trialIsOpen = isTrial;
        return chunk;
    }

    /// <summary>A chunk was read and merged; what it had tells what the others may have.</summary>
    public void Close(FollowChunk chunk)
    {
        open--;
        openCalls -= chunk.Calls;
        trialIsOpen = false;
        foreach (var userId in chunk.Members)
        {
            if (known.TryGetValue(userId, out var customers))
            {
                sampled--;
                relations -= customers;
            }
        }

        sampled += chunk.Read;
        relations += chunk.Relations;
    }

    private static int CallsFor(double relations) => (int)Math.Ceiling(relations / CustomerClient.FollowsOnPage);
}
