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
    public static string? WhyWait(CustomerEvent told, IReadOnlyList<CustomerEvent> batch, CustomerAnswers answers)
    {
        if (told.Kind == CustomerEventKind.Added && answers.Customers.TryGetValue(told.ExternalUserId, out var customer))
        {
            return customer.Failure?.Message ?? (told.Tries < Tries && !Follows(customer.Found, told) && !EndsLater(told, batch)
                ? EventTexts.RelationUnknown.With() : null);
        }

        if (told.AsksForCustomer && answers.Customers.TryGetValue(told.ExternalUserId, out var asked))
        {
            return asked.Failure?.Message;
        }

        if (told.IsOfTags && answers.Tags is { } tags)
        {
            return tags.Failure?.Message ?? (told.Tries < Tries && told.Kind == CustomerEventKind.TagDeleted && Lists(tags.Found!, told.ObjectId)
                ? EventTexts.TagStillListed.With() : null);
        }

        if (told.Kind == CustomerEventKind.ChatChanged && answers.Chats.TryGetValue(told.ObjectId, out var chat))
        {
            return chat.Failure?.Message ?? (told.Tries < Tries && IsBehind(chat.Found, told)
                ? EventTexts.ChatBehind.With() : null);
        }

        return null;
    }

    public static bool Follows(WeCom.Customers.WeComCustomer? customer, CustomerEvent told) =>
        customer is not null && customer.Follows.Any(f => string.Equals(f.UserId, told.UserId, StringComparison.OrdinalIgnoreCase));

    private static bool EndsLater(CustomerEvent told, IReadOnlyList<CustomerEvent> batch) => batch.Any(e =>
        e.Kind == CustomerEventKind.DeletedByMember && e.At >= told.At && e.ExternalUserId == told.ExternalUserId
        && string.Equals(e.UserId, told.UserId, StringComparison.OrdinalIgnoreCase));

    private static bool Lists(WeCom.Customers.WeComCorpTags tags, string id) =>
        tags.Groups.Any(g => g.GroupId == id || (g.Tags ?? []).Any(t => t.Id == id));

    /// <summary>The answer has the members of before the change, or WeCom does not know a chat that it told of.</summary>
    private static bool IsBehind(WeCom.Customers.WeComGroupChat? chat, CustomerEvent told) =>
        chat is null || (told.LastVersion is not null && chat.MemberVersion == told.LastVersion);
}
