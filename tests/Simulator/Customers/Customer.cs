using System.Text.Json.Serialization;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Customers;

/// <summary>An external contact (外部联系人): what is the same for everybody who follows him.</summary>
public sealed record Customer
{
    /// <summary><c>wm…</c> for a WeChat user, <c>wo…</c> for a WeCom user of another company.</summary>
    public required string ExternalUserId { get; init; }
    /// <summary>May have emoji, be very long, or look blank.</summary>
    public required string Name { get; init; }
    /// <summary>0 unknown, 1 male, 2 female.</summary>
    public int Gender { get; init; }
    /// <summary>Null: the field is missing.</summary>
    public string? Avatar { get; init; }
    /// <summary>Who he is at WeChat. The same person has the same unionid in every company bound to the same account.</summary>
    public string WeChatPerson { get; init; } = "";
    /// <summary>WeCom users only, as are the following; null: hidden.</summary>
    public string? Position { get; init; }
    public string CorpName { get; init; } = "";
    public string CorpFullName { get; init; } = "";
    public ExternalProfile? Profile { get; init; }

    [JsonIgnore]
    public bool IsWeCom => ExternalUserId.StartsWith("wo", StringComparison.Ordinal);

    /// <summary>1 WeChat user, 2 WeCom user.</summary>
    [JsonIgnore]
    public int Type => IsWeCom ? 2 : 1;
}
