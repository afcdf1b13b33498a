using WeComSync.Domain.Customers;

namespace WeComSync.Worker.Events.Customers;

/// <summary>A change of customers, corp tags or group chats as its event tells it. Null: the event does not say.</summary>
internal sealed record CustomerEvent : ToldEvent
{
    private const string DeletedByTransfer = "DELETE_BY_TRANSFER";

    public required CustomerEventKind Kind { get; init; }

    /// <summary>How often somebody has begun to apply it, with this time.</summary>
    public required int Tries { get; init; }

    /// <summary>The member; empty for tags and chats.</summary>
    public string UserId { get; init; } = "";

    /// <summary>The customer; empty for tags and chats.</summary>
    public string ExternalUserId { get; init; } = "";

    public string? State { get; init; }

    /// <summary>Protected.</summary>
    public string? WelcomeCode { get; init; }

    public string? FailReason { get; init; }

    public bool ByTransfer { get; init; }

    /// <summary>The tag, tag group or chat; empty for others, and where all tags were shuffled.</summary>
    public string ObjectId { get; init; } = "";

    /// <summary>The version of the chat's members before the change.</summary>
    public string? LastVersion { get; init; }

    /// <summary>The version of the chat's members after the change.</summary>
    public string? Version { get; init; }

    public bool IsOfContact => ExternalUserId.Length > 0;

    public bool IsOfChat => Kind is CustomerEventKind.ChatChanged or CustomerEventKind.ChatDismissed;

    public bool IsOfTags => Kind is CustomerEventKind.TagsChanged or CustomerEventKind.TagDeleted;

    /// <summary>Of the end of a relation: whether the mirror does not have the relation.</summary>
    public bool IsOfUnknown { get; init; }

    /// <summary>Whether WeCom must be asked about the customer; the end of a relation that is known tells all there is to know.</summary>
    public bool AsksForCustomer =>
        Kind is CustomerEventKind.Added or CustomerEventKind.HalfAdded or CustomerEventKind.Edited or CustomerEventKind.TransferFailed
        || (Kind == CustomerEventKind.DeletedByCustomer && IsOfUnknown);

    /// <summary>What is to be kept of it for platforms; null for most.</summary>
    public ContactNoticeKind? Notice => Kind switch
    {
        CustomerEventKind.Added => ContactNoticeKind.Added,
        CustomerEventKind.HalfAdded => ContactNoticeKind.HalfAdded,
        CustomerEventKind.ArchiveApproved => ContactNoticeKind.ArchiveApproved,
        CustomerEventKind.TransferFailed => ContactNoticeKind.TransferFailed,
        _ => null,
    };

    /// <summary>Which kind of change an inbox row tells, whichever of the tenant's addresses it came to: people mix them up.</summary>
    /// <returns>Null if it is none of ours.</returns>
    public static CustomerEventKind? KindOf(ClaimedEvent claimed) =>
        (claimed.Event, claimed.ChangeType) switch
        {
            ("change_external_contact", "add_external_contact") => CustomerEventKind.Added,
            ("change_external_contact", "add_half_external_contact") => CustomerEventKind.HalfAdded,
            ("change_external_contact", "edit_external_contact") => CustomerEventKind.Edited,
            ("change_external_contact", "del_external_contact") => CustomerEventKind.DeletedByMember,
            ("change_external_contact", "del_follow_user") => CustomerEventKind.DeletedByCustomer,
            ("change_external_contact", "transfer_fail") => CustomerEventKind.TransferFailed,
            ("change_external_contact", "msg_audit_approved") => CustomerEventKind.ArchiveApproved,
            ("change_external_tag", "delete") => CustomerEventKind.TagDeleted,
            ("change_external_tag", "create" or "update" or "shuffle") => CustomerEventKind.TagsChanged,
            ("change_external_chat", "create" or "update") => CustomerEventKind.ChatChanged,
            ("change_external_chat", "dismiss") => CustomerEventKind.ChatDismissed,
            _ => null,
        };

    /// <param name="claimed">The inbox row.</param>
    /// <param name="kind">From <see cref="KindOf"/>.</param>
    /// <param name="elements">Of its payload.</param>
    /// <exception cref="FormatException">The message lacks what it is about.</exception>
    public static CustomerEvent Read(ClaimedEvent claimed, CustomerEventKind kind, IReadOnlyDictionary<string, string> elements)
    {
        string? Text(string name) => elements.TryGetValue(name, out var value) && value.Trim() is { Length: > 0 } text ? text : null;
        string Needed(string name) => Text(name) ?? throw new FormatException(EventTexts.Lacks.With(name));

        var found = new CustomerEvent
        {
            Id = claimed.Id,
            At = claimed.CreateTime ?? claimed.ReceivedAt,
            ReceivedAt = claimed.ReceivedAt,
            Kind = kind,
            Tries = claimed.Tries,
        };
        return found switch
        {
            { IsOfTags: true } => found with { ObjectId = kind == CustomerEventKind.TagDeleted ? Needed("Id") : Text("Id") ?? "" },
            { IsOfChat: true } => found with { ObjectId = Needed("ChatId"), LastVersion = Text("LastMemVer"), Version = Text("CurMemVer") },
            _ => found with
            {
                UserId = Needed("UserID"),
                ExternalUserId = Needed("ExternalUserID"),
                State = Text("State"),
                WelcomeCode = claimed.WelcomeCode,
                FailReason = Text("FailReason"),
                ByTransfer = Text("Source") == DeletedByTransfer,
            },
        };
    }
}

/// <summary>The changes of customers, tags and group chats that WeCom tells.</summary>
internal enum CustomerEventKind
{
    Added,
    HalfAdded,
    Edited,
    DeletedByMember,
    DeletedByCustomer,
    TransferFailed,
    ArchiveApproved,

    /// <summary>Made, renamed or shuffled.</summary>
    TagsChanged,
    TagDeleted,

    /// <summary>Made, or changed in whatever way.</summary>
    ChatChanged,
    ChatDismissed,
}
