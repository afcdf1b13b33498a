using Microsoft.Extensions.Localization;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WebConsole.Directory.Writing;

/// <summary>Whether an enterprise's directory can be written.</summary>
/// <param name="Obstacle">What stands against it; null if nothing does.</param>
/// <param name="CheckedAt">When WeCom was asked.</param>
/// <param name="Detail">What WeCom said.</param>
internal sealed record WritePermission(WriteObstacle? Obstacle, DateTimeOffset? CheckedAt = null, string? Detail = null)
{
    public bool IsGiven => Obstacle is null;

    /// <summary>Whether asking WeCom again may help.</summary>
    public bool CanAskAgain => Obstacle is WriteObstacle.NotGranted or WriteObstacle.NoAnswer;

    /// <summary>In plain words, with what to do; empty if nothing stands against it.</summary>
    public string Why(IStringLocalizer T) => Obstacle switch
    {
        null => "",
        WriteObstacle.PlugInOff => T["平台的“企业微信管理”已关闭，不能写入企业微信。请联系运维人员。"],
        WriteObstacle.Disabled => T["运维人员已停用该企业，不能写入企业微信。请联系运维人员。"],
        WriteObstacle.SwitchedOff => T["企业未开启，不能写入企业微信。请在“企业微信设置”中打开“开启”。"],
        WriteObstacle.Stopped => T["同步已停止，不能写入企业微信。请先在“概况”中按说明处理并恢复。"],
        WriteObstacle.NoSecret => T["没有通讯录 Secret，不能写入企业微信。请在“企业微信设置”中填写，并在企业微信“管理工具 → 通讯录同步”中给予编辑权限。"],
        WriteObstacle.NotGranted => T["通讯录 Secret 只有读取权限。请在企业微信“管理工具 → 通讯录同步 → API接口同步”中把权限改为“编辑通讯录”，再点“重新检查”。"],
        _ => T["还不清楚通讯录 Secret 能不能写入：企业微信没有给出答复。"],
    };
}

/// <summary>What stands against writing.</summary>
internal enum WriteObstacle
{
    PlugInOff,
    Disabled,
    SwitchedOff,
    Stopped,
    NoSecret,

    /// <summary>WeCom lets the secret only read.</summary>
    NotGranted,

    /// <summary>WeCom did not say.</summary>
    NoAnswer,
}

/// <summary>Why buttons are disabled, on a page.</summary>
/// <param name="Permission">Whether writing is possible.</param>
/// <param name="Enterprise">Whose.</param>
internal sealed record WriteNotice(WritePermission Permission, Tenant Enterprise);
