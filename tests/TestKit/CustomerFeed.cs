using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Customers;

namespace WeComSync.TestKit;

/// <summary>Writes down what the simulated company's customers do, as the events that WeCom sends, for a test to deliver as it likes.</summary>
internal sealed class CustomerFeed : IDisposable
{
    private readonly SyncHarness harness;
    private readonly Lock gate = new();
    private List<CustomerEventText> waiting = [];

    public CustomerFeed(SyncHarness harness)
    {
        this.harness = harness;
        harness.Corp.Customers.Changed += Note;
    }

    /// <summary>What happened since the last time, in order.</summary>
    public IReadOnlyList<CustomerEventText> Take()
    {
        lock (gate)
        {
            var taken = waiting;
            waiting = [];
            return taken;
        }
    }

    /// <summary>Puts one event into the inbox.</summary>
    public Task<long> StoreAsync(CustomerEventText text, Channel channel = Channel.App) => harness.StoreAsync(
        text.Event.Name, text.Event.ChangeType, text.Key, text.Event.ToXml(harness.Corp.Id, text.At),
        DateTimeOffset.FromUnixTimeSeconds(text.At.ToUnixTimeSeconds()), channel: channel, welcomeCode: text.WelcomeCode);

    /// <summary>Delivers everything since the last time and has it applied.</summary>
    public async Task<IReadOnlyList<long>> DeliverAsync(Channel channel = Channel.App)
    {
        var ids = new List<long>();
        foreach (var text in Take())
        {
            ids.Add(await StoreAsync(text, channel));
        }

        await harness.DrainAsync();
        return ids;
    }

    public void Dispose() => harness.Corp.Customers.Changed -= Note;

    private void Note(CustomerChange change)
    {
        var (told, key) = change switch
        {
            CustomerAdded a => (CustomerEvent.Contact(a.IsHalf ? "add_half_external_contact" : "add_external_contact", a.UserId, a.ExternalUserId,
                ("State", a.State)), a.ExternalUserId),
            FollowEdited e => (CustomerEvent.Contact("edit_external_contact", e.UserId, e.ExternalUserId), e.ExternalUserId),
            CustomerDeleted d => (CustomerEvent.Contact("del_external_contact", d.UserId, d.ExternalUserId,
                ("Source", d.ByTransfer ? "DELETE_BY_TRANSFER" : null)), d.ExternalUserId),
            MemberDeletedByCustomer d => (CustomerEvent.Contact("del_follow_user", d.UserId, d.ExternalUserId), d.ExternalUserId),
            TransferFailed t => (CustomerEvent.Contact("transfer_fail", t.UserId, t.ExternalUserId, ("FailReason", t.Reason)), t.ExternalUserId),
            CorpTagChanged t => (CustomerEvent.Tag(
                $"{t.Action}".ToLowerInvariant(), t.Id, t.IsGroup ? "tag_group" : "tag", null), t.Id),
            CorpTagsShuffled s => (CustomerEvent.Tag("shuffle", s.GroupId, null, ""), s.GroupId),
            ChatCreated c => (CustomerEvent.Chat("create", c.ChatId), c.ChatId),
            ChatDismissed c => (CustomerEvent.Chat("dismiss", c.ChatId), c.ChatId),
            ChatChanged c => (CustomerEvent.ChatDetail(c.ChatId, c.Detail), c.ChatId),
            ChatMembersChanged c => (CustomerEvent.ChatMembers(c.ChatId, c.AreNew, c.Scene, c.Members, c.LastVersion, c.Version), c.ChatId),
            _ => throw new ArgumentException($"{change.GetType().Name} has no event.", nameof(change)),
        };
        lock (gate)
        {
            waiting.Add(new CustomerEventText(told, key, change.At) { WelcomeCode = (change as CustomerAdded)?.Welcome?.CodeFor("customers") });
        }
    }
}

/// <summary>Events of customers that a test makes up.</summary>
internal static class CustomerTelling
{
    public static Task<long> TellContactAsync(this SyncHarness harness, string change, string userId, string externalUserId)
    {
        var told = CustomerEvent.Contact(change, userId, externalUserId);
        var now = DateTimeOffset.UtcNow;
        return harness.StoreAsync(
            told.Name, change, externalUserId, told.ToXml(harness.Corp.Id, now), DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()),
            channel: Channel.App);
    }
}

/// <summary>One event as WeCom sends it.</summary>
internal sealed record CustomerEventText(CustomerEvent Event, string Key, DateTimeOffset At)
{
    /// <summary>What the callback host takes out of the message.</summary>
    public string? WelcomeCode { get; init; }
}
