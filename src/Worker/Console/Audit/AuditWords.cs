using Microsoft.Extensions.Localization;
using WeComSync.Domain.Accounts;

namespace WeComSync.Worker.WebConsole.Audit;

/// <summary>The words for what was done.</summary>
internal static class AuditWords
{
    public static string Of(AuditAction action, IStringLocalizer T) => action switch
    {
        AuditAction.LoggedIn => T["登录"],
        AuditAction.LoginRefused => T["登录被拒绝"],
        AuditAction.LoggedOut => T["退出"],
        AuditAction.PasswordChanged => T["修改密码"],
        AuditAction.TwoFactorOn => T["开启两步验证"],
        AuditAction.TwoFactorOff => T["关闭两步验证"],
        AuditAction.AdministratorAdded => T["添加管理员"],
        AuditAction.AdministratorRemoved => T["移除管理员"],
        AuditAction.EnterpriseAdded => T["添加企业"],
        AuditAction.EnterpriseEnabled => T["启用企业"],
        AuditAction.EnterpriseDisabled => T["停用企业"],
        AuditAction.EnterpriseResumed => T["恢复企业"],
        AuditAction.SettingsChanged => T["修改设置"],
        AuditAction.CallbackReset => T["重置回调地址"],
        AuditAction.SyncStarted => T["开始同步"],
        AuditAction.SyncCancelled => T["取消同步"],
        AuditAction.RemovalsApproved => T["批准删除"],
        AuditAction.RemovalsDiscarded => T["放弃删除"],
        AuditAction.EventReplayed => T["重放事件"],
        AuditAction.PlatformChanged => T["修改平台"],
        AuditAction.PlatformBound => T["平台绑定企业"],
        AuditAction.PluginOn => T["开启企业微信管理"],
        AuditAction.PluginOff => T["关闭企业微信管理"],
        AuditAction.Exported => T["导出"],
        AuditAction.EmployeeAdded => T["添加员工"],
        AuditAction.EmployeeChanged => T["修改员工"],
        AuditAction.EmployeeRemoved => T["删除员工"],
        AuditAction.DepartmentAdded => T["添加部门"],
        AuditAction.DepartmentChanged => T["修改部门"],
        AuditAction.DepartmentRemoved => T["删除部门"],
        AuditAction.LocalEntriesMerged => T["合并本地部门与员工"],
        AuditAction.AppOn => T["开启应用"],
        AuditAction.AppOff => T["关闭应用"],
        AuditAction.AppsChanged => T["修改企业的应用"],
        AuditAction.OperatorAdded => T["添加运维人员"],
        AuditAction.OperatorRemoved => T["撤销运维权限"],
        AuditAction.AccountRemoved => T["删除账号"],
        _ => action.ToString(),
    };


}
