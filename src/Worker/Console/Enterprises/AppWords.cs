using Microsoft.Extensions.Localization;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WebConsole.Enterprises;

/// <summary>The words for the apps of an enterprise.</summary>
internal static class AppWords
{
    public static string Name(EnterpriseApp app, IStringLocalizer T) => app switch
    {
        EnterpriseApp.Contacts => T["通讯录同步"],
        EnterpriseApp.Customers => T["客户联系"],
        EnterpriseApp.Archive => T["会话存档"],
        _ => T["聊天侧边栏"],
    };

    public static string Purpose(EnterpriseApp app, IStringLocalizer T) => app switch
    {
        EnterpriseApp.Contacts => T["同步部门与员工，并接收变更事件。"],
        EnterpriseApp.Customers => T["读取客户、标签与客户群。未填客户联系 Secret 时使用 AgentSecret。"],
        EnterpriseApp.Archive => T["选填。需要 Secret 与私钥。"],
        _ => T["在聊天窗口旁显示客户资料。"],
    };
}
