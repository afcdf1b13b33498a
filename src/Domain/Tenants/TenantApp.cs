namespace WeComSync.Domain.Tenants;

/// <summary>Whether an enterprise has and uses one of this system's apps. Without a row it has the app, switched on.</summary>
public sealed class TenantApp
{
    /// <summary>The tenant whose rows say what new enterprises get.</summary>
    public const long OfNewEnterprises = 0;

    public long TenantId { get; init; }

    public EnterpriseApp App { get; init; }

    /// <summary>An operator gave the enterprise the app.</summary>
    public bool Granted { get; set; } = true;

    /// <summary>The enterprise's administrator has it switched on.</summary>
    public bool Enabled { get; set; } = true;
}

/// <summary>What an enterprise may use.</summary>
public enum EnterpriseApp
{
    /// <summary>通讯录同步: departments and employees.</summary>
    Contacts,

    /// <summary>客户联系: customers, tags and group chats.</summary>
    Customers,

    /// <summary>会话存档.</summary>
    Archive,

    /// <summary>聊天侧边栏.</summary>
    Sidebar,
}
