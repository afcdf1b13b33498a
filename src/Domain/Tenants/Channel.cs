namespace WeComSync.Domain.Tenants;

/// <summary>
/// One of the four places in WeCom's administration that hands out a secret and a callback address:
/// the self-built application, contact sync (通讯录同步), customer contact (客户联系) and the message archive (会话存档).
/// </summary>
public enum Channel
{
    App,
    Contacts,
    Customers,
    Archive,
}
