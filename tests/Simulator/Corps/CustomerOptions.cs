namespace WeComSync.Simulator.Corps;

/// <summary>The customers of a company to be made up.</summary>
public sealed record CustomerOptions
{
    /// <summary>With at least one relation each.</summary>
    public int Count { get; init; }

    /// <summary>Pairs of a member and a customer. Less than <see cref="Count"/>: as many as that.</summary>
    public int Relations { get; init; }

    /// <summary>Members with the function 客户联系; the others are outside its range. 0: everybody.</summary>
    public int FollowUsers { get; init; }

    /// <summary>So many customers are followed by every one of them: above 500, externalcontact/get has pages.</summary>
    public int FollowedByAll { get; init; }

    /// <summary>Share of those members who have no customers.</summary>
    public double IdleShare { get; init; } = 0.05;

    /// <summary>Share of customers who are WeCom users of other companies.</summary>
    public double WeComShare { get; init; } = 0.1;

    /// <summary>Every tenth is a rule group.</summary>
    public int TagGroups { get; init; }

    public int TagsPerGroup { get; init; } = 6;

    public int GroupChats { get; init; }

    /// <summary>External members of the largest group.</summary>
    public int MostInChat { get; init; } = 40;

    /// <summary>People in groups whom nobody has added.</summary>
    public int Strangers { get; init; } = 20;

    /// <summary>The open-platform account of the bound WeChat developer id; null: none is bound.</summary>
    public string? DeveloperAccount { get; init; } = "wx-open-platform";

    /// <summary>Companies with the same have the same people at WeChat behind their customers. Null: the company's seed.</summary>
    public int? WeChatSeed { get; init; }

    /// <summary>客户联系 has a secret, as for companies of old.</summary>
    public bool HasSecret { get; init; } = true;

    /// <summary>The first application is among 可调用接口的应用.</summary>
    public bool AppIsListed { get; init; } = true;
}
