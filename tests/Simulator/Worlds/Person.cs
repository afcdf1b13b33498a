using System.Collections.Immutable;

namespace WeComSync.Simulator.Worlds;

/// <summary>One member (成员) as the company's administrator sees him. Unset texts are empty, never null.</summary>
public sealed record Person
{
    /// <summary>Unique in the company without regard to case; keeps the case it was created with.</summary>
    public required string UserId { get; init; }
    public required string Name { get; init; }
    public string Alias { get; init; } = "";
    public string EnglishName { get; init; } = "";
    public string Position { get; init; } = "";
    public string Mobile { get; init; } = "";
    public string Email { get; init; } = "";
    public string BizMail { get; init; } = "";
    public string Telephone { get; init; } = "";
    public string Address { get; init; } = "";
    /// <summary>0 undefined, 1 male, 2 female. WeCom sends it as a string.</summary>
    public int Gender { get; init; }
    /// <summary>1 activated, 2 disabled, 4 not activated, 5 left the company's WeCom.</summary>
    public int Status { get; init; } = 1;
    /// <summary>The large picture; its address ends with <c>/0</c>. The small one is derived from it.</summary>
    public string Avatar { get; init; } = "";
    /// <summary>At least one.</summary>
    public ImmutableArray<Membership> Memberships { get; init; } = [];
    /// <summary>Null: the first of <see cref="Memberships"/>.</summary>
    public long? MainDepartment { get; init; }
    public ImmutableArray<string> DirectLeaders { get; init; } = [];
    public ImmutableArray<ExtField> ExtFields { get; init; } = [];
    public string ExternalPosition { get; init; } = "";
    public ExternalProfile? ExternalProfile { get; init; }
    /// <summary>WeCom made the userid up, so it may be changed, once.</summary>
    public bool HasGeneratedUserId { get; init; }

    /// <summary>Takes over lists with the same content, so that records of one person differ exactly if their content does.</summary>
    internal Person SharingWith(Person other) => this with
    {
        Memberships = Memberships.SequenceEqual(other.Memberships) ? other.Memberships : Memberships,
        DirectLeaders = DirectLeaders.SequenceEqual(other.DirectLeaders) ? other.DirectLeaders : DirectLeaders,
        ExtFields = ExtFields.SequenceEqual(other.ExtFields) ? other.ExtFields : ExtFields,
        ExternalProfile = ExternalProfile is { } profile && profile.IsLike(other.ExternalProfile) ? other.ExternalProfile : ExternalProfile,
    };
}

/// <param name="Order">0 to 2³²−1 among the members of the department; larger comes first.</param>
public readonly record struct Membership(long DepartmentId, long Order = 0, bool IsLeader = false);

/// <summary>
/// A custom field: text when <see cref="Url"/> is null, otherwise a link with <see cref="Value"/> as its title, or, with
/// <see cref="AppId"/>, a page of a mini program.
/// </summary>
public sealed record ExtField(string Name, string Value, string? Url = null, string? AppId = null);

/// <summary>What customers see of a member.</summary>
public sealed record ExternalProfile(string CorpName, string? ChannelsNickname, ImmutableArray<ExtField> Attributes)
{
    internal bool IsLike(ExternalProfile? other) =>
        other is not null && this with { Attributes = other.Attributes } == other && Attributes.SequenceEqual(other.Attributes);
}
