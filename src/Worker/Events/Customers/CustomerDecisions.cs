using WeComSync.Worker.Sync.Customers;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Events.Customers;

/// <summary>What follows from events, from WeCom's answers and from the mirror as it is inside the merge's transaction.</summary>
/// <remarks>
/// Events may come in any order. A deletion by the member is believed, for WeCom may go on showing the relation for a while; an adding
/// that happened after it takes it back. A deletion by the customer shows nowhere else at all.
/// </remarks>
internal sealed class CustomerDecisions
{
    /// <summary>How long WeCom may show a deleted relation. Whatever was read later than that is believed instead of the event.</summary>
    private static readonly TimeSpan Stale = TimeSpan.FromHours(1);

    private readonly CustomerAnswers answers;
    private readonly CustomerState state;

    private CustomerDecisions(CustomerAnswers answers, CustomerState state)
    {
        this.answers = answers;
        this.state = state;
    }

    public List<(WeComExternalContact Contact, DateTimeOffset FetchedAt)> Customers { get; } = [];

    public List<StagedFollow> Follows { get; } = [];

    public List<(string TagId, string? Name, DateTimeOffset FetchedAt)> RuleTags { get; } = [];

    public List<(string UserId, string ExternalUserId, string Reason, DateTimeOffset HappenedAt, DateTimeOffset At)> Gone { get; } = [];

    /// <summary>When a customer deleted a member; null takes it back.</summary>
    public List<(string UserId, string ExternalUserId, DateTimeOffset? At)> DeletedByCustomer { get; } = [];

    public WeComCorpTags? Tags { get; private set; }

    /// <summary>Tags and tag groups that are gone.</summary>
    public List<string> GoneTags { get; } = [];

    public List<WeComGroupChat> Chats { get; } = [];

    public List<(string ChatId, DateTimeOffset At)> GoneChats { get; } = [];

    public Dictionary<(string Kind, string Id), string> Causes { get; } = [];

    public static CustomerDecisions Make(IReadOnlyList<CustomerEvent> events, CustomerAnswers answers, CustomerState state)
    {
        var made = new CustomerDecisions(answers, state);
        var gone = new HashSet<string>();
        foreach (var pair in events.Where(e => e.IsOfContact).GroupBy(e => CustomerState.Key(e.UserId, e.ExternalUserId)))
        {
            made.Decide(pair.Key, [.. pair.OrderBy(e => e.At).ThenBy(e => e.Id)], gone);
        }

        foreach (var (id, answer) in answers.Customers)
        {
            var told = events.Where(e => e.ExternalUserId == id).OrderBy(e => e.At).ThenBy(e => e.Id).ToList();
            if (answer.Found is { } customer && told.Count > 0)
            {
                made.Causes[(CustomerTables.Customer, id)] = told[^1].Cause;
                made.Decide(customer, told, gone);
            }
        }

        made.DecideTags([.. events.Where(e => e.IsOfTags).OrderBy(e => e.Id)]);
        foreach (var chat in events.Where(e => e.IsOfChat).GroupBy(e => e.ObjectId))
        {
            made.DecideChat(chat.Key, [.. chat.OrderBy(e => e.At).ThenBy(e => e.Id)]);
        }

        return made;
    }

    /// <summary>One member and one customer.</summary>
    private void Decide(string key, List<CustomerEvent> told, HashSet<string> gone)
    {
        var newest = told[^1];
        var row = state.Find(key);
        var userId = row?.UserId ?? newest.UserId;
        Causes[(CustomerTables.Follow, $"{userId}{CustomerTables.Separator}{newest.ExternalUserId}")] = newest.Cause;
        var answer = answers.Customers.GetValueOrDefault(newest.ExternalUserId)?.Found;
        var shown = answer?.Follows.FirstOrDefault(f => string.Equals(f.UserId, newest.UserId, StringComparison.OrdinalIgnoreCase));
        var added = Later(told.LastOrDefault(e => e.Kind == CustomerEventKind.Added)?.At, state.AddedAt(key));

        var deletion = told.LastOrDefault(e => e.Kind == CustomerEventKind.DeletedByMember);
        if (deletion is not null && !(added > deletion.At) && !(shown?.FollowedAt > deletion.At) && !(row?.FollowedAt > deletion.At)
            && !(row is { Live: true } && row.FetchedAt > deletion.At + Stale))
        {
            gone.Add(key);
            var end = EventTime.End(deletion.At, deletion.ReceivedAt);
            Gone.Add((userId, deletion.ExternalUserId, deletion.ByTransfer ? "transferred" : "deleted_by_member", deletion.At, row?.FetchedAt > end ? row.FetchedAt : end));
        }

        var leaving = told.LastOrDefault(e => e.Kind == CustomerEventKind.DeletedByCustomer);
        if (leaving is not null && !(added > leaving.At) && !(shown?.FollowedAt > leaving.At) && !(row?.FollowedAt > leaving.At)
            && !(row?.DeletedByCustomerAt > leaving.At))
        {
            // Of an unknown relation that the member ended last there is nothing to mark.
            if (row is not null || !gone.Contains(key) || leaving.At > deletion!.At)
            {
                DeletedByCustomer.Add((userId, leaving.ExternalUserId, leaving.At));
            }
        }
        else if (row?.DeletedByCustomerAt is { } before && added > before)
        {
            DeletedByCustomer.Add((userId, newest.ExternalUserId, null));
        }
    }

    /// <summary>One customer with all followers that WeCom shows.</summary>
    private void Decide(WeComCustomer customer, List<CustomerEvent> told, HashSet<string> gone)
    {
        Customers.Add((customer.Contact, customer.FetchedAt));
        foreach (var follow in customer.Follows.DistinctBy(f => f.UserId.ToLowerInvariant()))
        {
            var key = CustomerState.Key(follow.UserId, customer.Contact.ExternalUserId);
            if (gone.Contains(key))
            {
                continue;
            }

            // The channel through which they met: where the relation does not show it, the event does.
            var channel = follow.State ?? told.LastOrDefault(e =>
                e.State is not null && CustomerState.Key(e.UserId, e.ExternalUserId) == key)?.State;
            Follows.Add(new StagedFollow(
                state.Find(key)?.UserId ?? follow.UserId, customer.Contact.ExternalUserId, follow with { State = channel }, customer.FetchedAt));
            RuleTags.AddRange((follow.Tags ?? []).Where(t => t.Type == WeComFollowTag.OfRule && !string.IsNullOrEmpty(t.TagId))
                .Select(t => (t.TagId!, t.TagName, customer.FetchedAt)));
        }
    }

    private void DecideTags(List<CustomerEvent> told)
    {
        if (told.Count == 0 || answers.Tags?.Found is not { } tags)
        {
            return;
        }

        Causes[(CustomerTables.Tag, "")] = told[^1].Cause;
        Tags = tags;
        var live = tags.Groups.SelectMany(g => (g.Tags ?? []).Select(t => t.Id).Append(g.GroupId)).ToHashSet();
        GoneTags.AddRange(told.Where(e => e.Kind == CustomerEventKind.TagDeleted && !live.Contains(e.ObjectId)).Select(e => e.ObjectId).Distinct());
    }

    private void DecideChat(string chatId, List<CustomerEvent> told)
    {
        Causes[(CustomerTables.Chat, chatId)] = told[^1].Cause;
        if (told.LastOrDefault(e => e.Kind == CustomerEventKind.ChatDismissed) is { } end)
        {
            var at = EventTime.End(end.At, end.ReceivedAt);
            GoneChats.Add((chatId, state.Chats.TryGetValue(chatId, out var fetched) && fetched > at ? fetched : at));
        }
        else if (answers.Chats.GetValueOrDefault(chatId)?.Found is { } chat)
        {
            Chats.Add(chat);
        }
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one > other || other is null ? one : other;
}
