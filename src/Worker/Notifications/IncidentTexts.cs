using WeComSync.Domain.Notifications;
using WeComSync.Worker.Doctor;

namespace WeComSync.Worker.Notifications;

/// <summary>What is said of each kind of incident. <c>{0}</c> is the tenant's key; the others are named where they are used.</summary>
internal static class IncidentTexts
{
    /// <summary><c>{1}</c> reason, <c>{2}</c> action.</summary>
    public static readonly Words Stopped = new(
        "{0}: stopped; no sync runs until a person acts. {1} To do: {2} Then 'tenants resume {0}'. 'doctor {0}' says more.",
        "{0}：已停止，需人工处理后才会继续同步。{1} 处理：{2} 然后执行 tenants resume {0}；doctor {0} 可查看详情。");

    /// <summary><c>{1}</c> how many, <c>{2}</c> run, <c>{3}</c> kind of the sync that carries them out.</summary>
    public static readonly Words Held = new(
        "{0}: {1} removals are held, because they are more than the guard allows. Look at them with 'status'; if they are right: 'sync {0} {3} --approve {2}'.",
        "{0}：有 {1} 项移除超过保护上限，已暂缓。请用 status 查看；确认无误后执行 sync {0} {3} --approve {2}。");

    /// <summary><c>{1}</c> how long, <c>{2}</c> the last error.</summary>
    public static readonly Words NoGoodRun = new(
        "{0}: no sync ended well for {1}. {2} See 'doctor {0}'.",
        "{0}：已有 {1}没有成功的同步。{2} 请执行 doctor {0}。");

    /// <summary><c>{1}</c> channel, <c>{2}</c> how long.</summary>
    public static readonly Words Silent = new(
        "{0}: no event on channel {1} for {2}. See 'doctor {0}'.",
        "{0}：渠道 {1} 已有 {2}没有收到事件。请执行 doctor {0}。");

    /// <summary><c>{1}</c> reason, <c>{2}</c> action.</summary>
    public static readonly Words Refused = new(
        "{0}: WeCom no longer gives the customers that it gave before; what is mirrored stays as it is. {1} To do: {2} Reading goes on by itself after that; 'doctor {0}' says more.",
        "{0}：企业微信不再返回此前可读取的客户；已同步的数据保持不变。{1} 处理：{2} 处理后会自动继续；doctor {0} 可查看详情。");

    public static readonly Words StoppedOver = new("{0}: goes on; it is no longer stopped.", "{0}：已恢复运行。");
    public static readonly Words HeldOver = new("{0}: no removals are held any more.", "{0}：已没有暂缓的移除。");
    public static readonly Words NoGoodRunOver = new("{0}: a sync ended well again.", "{0}：同步已恢复成功。");
    public static readonly Words SilentOver = new("{0}: events come again on channel {1}.", "{0}：渠道 {1} 已恢复接收事件。");

    public static readonly Words RefusedOver = new("{0}: customers can be read again.", "{0}：客户已可重新读取。");

    public static Words Over(IncidentKind kind) => kind switch
    {
        IncidentKind.TenantStopped => StoppedOver,
        IncidentKind.RemovalsHeld => HeldOver,
        IncidentKind.NoGoodRun => NoGoodRunOver,
        IncidentKind.CustomersRefused => RefusedOver,
        _ => SilentOver,
    };
}
