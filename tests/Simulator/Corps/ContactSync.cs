namespace WeComSync.Simulator.Corps;

/// <summary>The contact-sync assistant (通讯录同步): ids of the whole company, and details only from an address of old.</summary>
public sealed class ContactSync : Credential
{
    internal ContactSync(Corp corp, string secret, ContactSyncIp ip)
        : base(corp, "contacts", secret) => Ip = ip;

    public ContactSyncIp Ip { get; set; }

    /// <summary>Permission 编辑 under API接口同步; otherwise it may only read.</summary>
    public bool CanEdit { get; set; } = true;
}

/// <summary>Whether the caller's address used the contact-sync secret before 2022-08-15.</summary>
public enum ContactSyncIp
{
    /// <summary>Endpoints with details answer 48009.</summary>
    New,
    Grandfathered,
}
