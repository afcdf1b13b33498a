using WeComSync.Domain.Directory;

namespace WeComSync.Domain.Customers;

/// <summary>客户: an external contact, once for each tenant. A row is never removed: who is nobody's customer now may come back.</summary>
public sealed class Customer : MirroredRow
{
    /// <summary><c>wm…</c> for WeChat users, <c>wo…</c> for members of other corps. The same person has another one in each corp.</summary>
    public required string ExternalUserId { get; init; }

    /// <summary>The WeChat nickname, or the name that a member of another corp shows. May look empty.</summary>
    public string? Name { get; init; }

    /// <summary>1 WeChat user, 2 WeCom user of another corp.</summary>
    public short? Type { get; init; }

    /// <summary>0 unknown, 1 male, 2 female.</summary>
    public short? Gender { get; init; }

    public string? Avatar { get; init; }

    /// <summary>The person within one WeChat open-platform account; only for type 1, and only once the corp has bound a developer id.</summary>
    public string? Unionid { get; init; }

    public string? Position { get; init; }

    public string? CorpName { get; init; }

    public string? CorpFullName { get; init; }

    /// <summary>JSON object as WeCom returned it; only for type 2.</summary>
    public string? ExternalProfile { get; init; }

    /// <summary>False while no member whom the credential sees follows this person.</summary>
    public bool Visible { get; init; }
}
