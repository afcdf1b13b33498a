namespace WeComSync.Domain.Tenants;

/// <summary>平台: the mall or CRM that this installation serves. There is one row.</summary>
public sealed class Platform
{
    /// <summary>The <see cref="Id"/> of the one row.</summary>
    public const int Only = 1;

    public int Id { get; init; } = Only;

    public required string Name { get; set; }

    public PlatformKind Kind { get; set; }

    /// <summary>AppID of the 公众号 or 小程序; null as long as nobody entered it.</summary>
    public string? AppId { get; set; }

    /// <summary>Whether the AppID is bound on the WeChat open platform (微信开放平台), without which unionids differ.</summary>
    public bool OnOpenPlatform { get; set; }

    /// <summary>企业微信管理: false means that callbacks are refused and syncs rest, for every tenant.</summary>
    public bool PluginOn { get; set; } = true;

    public DateTimeOffset ChangedAt { get; set; }
}

/// <summary>What a <see cref="Platform.AppId"/> names.</summary>
public enum PlatformKind
{
    /// <summary>公众号.</summary>
    OfficialAccount,

    /// <summary>小程序.</summary>
    MiniProgram,
}
