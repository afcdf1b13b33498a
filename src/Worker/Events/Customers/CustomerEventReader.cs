using WeComSync.Worker.Storage;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Events.Customers;

/// <summary>Asks WeCom for the truth about what events hint at, each object once: ten edits of one customer are one question.</summary>
/// <param name="client">WeCom.</param>
/// <param name="caller">The tenant's credential for customers.</param>
/// <param name="clock">This host's clock.</param>
/// <param name="clockOffset">What must be added to it to get the database's.</param>
internal sealed class CustomerEventReader(CustomerClient client, WeComCaller caller, TimeProvider clock, TimeSpan clockOffset)
{
    private const int CallsInFlight = 4;

    private readonly WeComReach reach = new();

    /// <exception cref="WeComException">Of class StopTenant or Throttle, or WeCom is away as a whole.</exception>
    public async Task<CustomerAnswers> ReadAsync(IReadOnlyList<CustomerEvent> events, CancellationToken ct)
    {
        var answers = new CustomerAnswers();
        await EachAsync(
            events.Where(e => e.AsksForCustomer).Select(e => e.ExternalUserId).Distinct(StringComparer.Ordinal),
            async (id, stop) => answers.Customers[id] = await AskAsync(
                () => client.GetCustomerAsync(caller, id, stop), code => code is WeComErrors.NoRelation or WeComErrors.NotOurCustomer),
            ct);
        if (events.Any(e => e.IsOfTags))
        {
            answers.Tags = await AskAsync(() => client.ListCorpTagsAsync(caller, ct), _ => false);
        }

        var dismissed = events.Where(e => e.Kind == CustomerEventKind.ChatDismissed).Select(e => e.ObjectId).ToHashSet(StringComparer.Ordinal);
        await EachAsync(
            events.Where(e => e.Kind == CustomerEventKind.ChatChanged && !dismissed.Contains(e.ObjectId)).Select(e => e.ObjectId).Distinct(StringComparer.Ordinal),
            async (id, stop) => answers.Chats[id] = await AskAsync(() => client.GetGroupChatAsync(caller, id, stop), WeComErrors.NoGroupChat.Contains),
            ct);
        reach.Check();
        return answers;
    }

    private async Task<Answer<T>> AskAsync<T>(Func<Task<T>> call, Func<int, bool> isAbsent)
        where T : class
    {
        var askedAt = clock.SteadyNow() + clockOffset;
        try
        {
            var found = await call();
            reach.Answer();
            return new Answer<T>(found, askedAt);
        }
        catch (WeComException absent) when (absent.ErrCode is { } code && isAbsent(code))
        {
            reach.Answer();
            return new Answer<T>(null, askedAt);
        }
        catch (WeComException failure) when (reach.IsOfOne(failure))
        {
            return new Answer<T>(null, askedAt, failure);
        }
    }

    private static Task EachAsync(IEnumerable<string> ids, Func<string, CancellationToken, Task> work, CancellationToken ct) =>
        Parallel.ForEachAsync(
            ids,
            new ParallelOptions { MaxDegreeOfParallelism = CallsInFlight, CancellationToken = ct },
            (id, stop) => new ValueTask(work(id, stop)));
}
