namespace WeComSync.Worker.Events.Customers;

/// <summary>
/// WeCom's data may lag behind its events by seconds. An event that its answer does not bear out yet fails, and its own job asks again;
/// after a few times the answer is believed.
/// </summary>
internal static class CustomerPatience
{
    /// <summary>Tries after which the answer counts and not the event.</summary>
    private const int Tries = 3;

    /// <returns>Why the event must wait; null if it need not.</returns>
    public static EventFailure? WhyWait(
        CustomerEvent told, IReadOnlyList<CustomerEvent> batch, CustomerAnswers answers, IReadOnlyDictionary<string, KnownChat> known)
    {
        if (told.Kind == CustomerEventKind.Added && answers.Customers.TryGetValue(told.ExternalUserId, out var customer))
        {
            return FailureOf(customer.Failure) ?? (told.Tries < Tries && !Follows(customer.Found, told) && !EndsLater(told, batch)
                ? EventFailure.Own(EventTexts.RelationUnknown.With()) : null);
        }

        if (told.AsksForCustomer && answers.Customers.TryGetValue(told.ExternalUserId, out var asked))
        {
            // That a customer left is known from the event alone, if it must be.
            return told.Kind == CustomerEventKind.DeletedByCustomer && told.Tries >= Tries ? null : FailureOf(asked.Failure);
        }

        if (told.IsOfTags && answers.Tags is { } tags)
        {
            return FailureOf(tags.Failure) ?? (told.Tries < Tries && told.Kind == CustomerEventKind.TagDeleted && Lists(tags.Found!, told.ObjectId)
                ? EventFailure.Own(EventTexts.TagStillListed.With()) : null);
        }

        if (told.Kind == CustomerEventKind.ChatChanged && answers.Chats.TryGetValue(told.ObjectId, out var chat))
        {
            return FailureOf(chat.Failure) ?? (told.Tries < Tries && IsBehind(chat.Found, told, known.GetValueOrDefault(told.ObjectId))
                ? EventFailure.Own(EventTexts.ChatBehind.With()) : null);
        }

        return null;
    }

    public static bool Follows(WeCom.Customers.WeComCustomer? customer, CustomerEvent told) =>
        customer is not null && customer.Follows.Any(f => string.Equals(f.UserId, told.UserId, StringComparison.OrdinalIgnoreCase));

    private static EventFailure? FailureOf(WeCom.WeComException? failure) => failure is null ? null : EventFailure.Of(failure);

    private static bool EndsLater(CustomerEvent told, IReadOnlyList<CustomerEvent> batch) => batch.Any(e =>
        e.Kind == CustomerEventKind.DeletedByMember && e.At >= told.At && e.ExternalUserId == told.ExternalUserId
        && string.Equals(e.UserId, told.UserId, StringComparison.OrdinalIgnoreCase));

    private static bool Lists(WeCom.Customers.WeComCorpTags tags, string id) =>
        tags.Groups.Any(g => g.GroupId == id || (g.Tags ?? []).Any(t => t.Id == id));

    /// <summary>
    /// WeCom does not know a chat that it told of, or the answer has the members of before the change. Where the event of a change before
    /// this one was lost the answer may be further behind: it is what the mirror read before either of them happened.
    /// </summary>
    private static bool IsBehind(WeCom.Customers.WeComGroupChat? chat, CustomerEvent told, KnownChat? known) =>
        chat is null || (told.Version is not null && chat.MemberVersion != told.Version
            && (chat.MemberVersion == told.LastVersion || (chat.MemberVersion == known?.MemberVersion && known?.FetchedAt < told.At)));
}
