using WeComSync.Simulator.Customers;

namespace WeComSync.Simulator.Callbacks;

/// <summary>The event that WeCom sends for a change of customers, tags or groups.</summary>
internal static class CustomerEventsOf
{
    private const string NoRuleGroup = "";

    /// <param name="channel">To whom: 客户联系 itself is told a little more than applications.</param>
    public static CustomerEvent Change(CustomerChange change, string channel)
    {
        var strategyId = channel == "customers" ? NoRuleGroup : null;
        return change switch
        {
            CustomerAdded added => CustomerEvent.Contact(
                added.IsHalf ? "add_half_external_contact" : "add_external_contact", added.UserId, added.ExternalUserId,
                ("State", added.State), ("WelcomeCode", added.Welcome?.CodeFor(channel))),
            FollowEdited edited => CustomerEvent.Contact("edit_external_contact", edited.UserId, edited.ExternalUserId),
            CustomerDeleted deleted => CustomerEvent.Contact(
                "del_external_contact", deleted.UserId, deleted.ExternalUserId, ("Source", deleted.ByTransfer ? "DELETE_BY_TRANSFER" : null)),
            MemberDeletedByCustomer deleted => CustomerEvent.Contact("del_follow_user", deleted.UserId, deleted.ExternalUserId),
            TransferFailed failed => CustomerEvent.Contact(
                "transfer_fail", failed.UserId, failed.ExternalUserId, ("FailReason", failed.Reason)),
            CorpTagChanged tag => CustomerEvent.Tag(tag.Action.ToString().ToLowerInvariant(), tag.Id, tag.IsGroup ? "tag_group" : "tag", strategyId),
            CorpTagsShuffled shuffled => CustomerEvent.Tag("shuffle", shuffled.GroupId, null, NoRuleGroup),
            ChatCreated created => CustomerEvent.Chat("create", created.ChatId),
            ChatDismissed dismissed => CustomerEvent.Chat("dismiss", dismissed.ChatId),
            ChatChanged changed => CustomerEvent.ChatDetail(changed.ChatId, changed.Detail),
            ChatMembersChanged changed => CustomerEvent.ChatMembers(
                changed.ChatId, changed.AreNew, changed.Scene, changed.Members, changed.LastVersion, changed.Version),
            _ => throw new ArgumentException($"{change.GetType().Name} has no event.", nameof(change)),
        };
    }
}
