using System.Globalization;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.Events;

/// <summary>A change of the directory as its event tells it, in full or reduced form. Null: the event does not say.</summary>
internal sealed record ContactEvent : ToldEvent
{
    public const string Event = "change_contact";

    public required ContactChange Change { get; init; }

    /// <summary>The person; empty for other kinds.</summary>
    public string UserId { get; init; } = "";

    public string? NewUserId { get; init; }

    /// <summary>All of the person's departments, from the one sender that sees them all.</summary>
    public long[]? Departments { get; init; }

    /// <summary>The department or tag; 0 for other kinds.</summary>
    public long ObjectId { get; init; }

    public long? ParentId { get; init; }

    public string? Name { get; init; }

    public string[] AddedUsers { get; init; } = [];

    public string[] RemovedUsers { get; init; } = [];

    public long[] AddedDepartments { get; init; } = [];

    public long[] RemovedDepartments { get; init; } = [];

    public bool Deletes => Change is ContactChange.DeleteUser or ContactChange.DeleteParty;

    /// <summary>Which kind of change an inbox row tells, whichever of the tenant's addresses it came to: people mix them up.</summary>
    /// <returns>Null if it is none of ours.</returns>
    public static ContactChange? ChangeOf(ClaimedEvent claimed) =>
        claimed.Event != Event ? null : claimed.ChangeType switch
        {
            "create_user" => ContactChange.CreateUser,
            "update_user" => ContactChange.UpdateUser,
            "delete_user" => ContactChange.DeleteUser,
            "create_party" => ContactChange.CreateParty,
            "update_party" => ContactChange.UpdateParty,
            "delete_party" => ContactChange.DeleteParty,
            "update_tag" => ContactChange.UpdateTag,
            _ => null,
        };

    /// <summary>Whether such an event proves what it takes away, whatever the guard thinks of how much is gone.</summary>
    public static bool ProvesRemovals(ContactChange change) => change is ContactChange.DeleteUser or ContactChange.DeleteParty or ContactChange.UpdateTag;

    /// <param name="claimed">The inbox row.</param>
    /// <param name="change">From <see cref="ChangeOf"/>.</param>
    /// <param name="elements">Of its payload.</param>
    /// <exception cref="FormatException">The message lacks what it is about.</exception>
    public static ContactEvent Read(ClaimedEvent claimed, ContactChange change, IReadOnlyDictionary<string, string> elements)
    {
        string? Text(string name) => elements.TryGetValue(name, out var value) && value.Trim() is { Length: > 0 } text ? text : null;
        long? Number(string name) =>
            long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        string[] Texts(string name) =>
            Text(name)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        long[] Numbers(string name) =>
            [.. Texts(name).Select(t => long.Parse(t, NumberStyles.None, CultureInfo.InvariantCulture)).Distinct()];

        var found = new ContactEvent
        {
            Id = claimed.Id,
            At = claimed.CreateTime ?? claimed.ReceivedAt,
            ReceivedAt = claimed.ReceivedAt,
            Change = change,
        };
        switch (change)
        {
            case ContactChange.UpdateTag:
                return found with
                {
                    ObjectId = Number("TagId") ?? throw Lacks("TagId"),
                    AddedUsers = Texts("AddUserItems"),
                    RemovedUsers = Texts("DelUserItems"),
                    AddedDepartments = Numbers("AddPartyItems"),
                    RemovedDepartments = Numbers("DelPartyItems"),
                };
            case ContactChange.CreateParty or ContactChange.UpdateParty or ContactChange.DeleteParty:
                return found with { ObjectId = Number("Id") ?? throw Lacks("Id"), ParentId = Number("ParentId"), Name = Text("Name") };
            default:
                var user = Text("UserID") ?? throw Lacks("UserID");
                var renamed = change == ContactChange.UpdateUser ? Text("NewUserID") : null;
                return found with
                {
                    UserId = user,
                    // WeCom compares ids without case: another spelling is no other id.
                    NewUserId = string.Equals(renamed, user, StringComparison.OrdinalIgnoreCase) ? null : renamed,
                    // An application is told only of the departments it sees; contact sync of all.
                    Departments = claimed.Channel == Channel.Contacts && Numbers("Department") is { Length: > 0 } listed ? listed : null,
                };
        }
    }

    private static FormatException Lacks(string element) => new(EventTexts.Lacks.With(element));
}

/// <summary>The changes of the directory that WeCom tells.</summary>
internal enum ContactChange
{
    CreateUser,
    UpdateUser,
    DeleteUser,
    CreateParty,
    UpdateParty,
    DeleteParty,
    UpdateTag,
}
