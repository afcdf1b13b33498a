namespace WeComSync.Worker.Doctor;

/// <summary>The names of what is looked at, as the lines begin.</summary>
internal static class Checks
{
    public static readonly Words Tenant = new("tenant", "企业状态");
    public static readonly Words ContactsSecret = new("contact sync secret", "通讯录同步 Secret");
    public static readonly Words AppSecret = new("application secret", "应用 Secret");
    public static readonly Words CustomersSecret = new("customer contact secret", "客户联系 Secret");
    public static readonly Words Address = new("address", "出口 IP");
    public static readonly Words Range = new("visible range", "可见范围");
    public static readonly Words Lists = new("lists", "成员与部门列表");
    public static readonly Words Details = new("details", "成员详情");
    public static readonly Words Fields = new("fields", "敏感字段");
    public static readonly Words Tags = new("tags", "标签");
    public static readonly Words Customers = new("customers", "客户联系");
    public static readonly Words CustomerApplication = new("customer application", "客户联系应用");
    public static readonly Words DeveloperId = new("WeChat developer id", "微信开发者ID");
    public static readonly Words CustomerPulls = new("customer syncs", "客户同步");
    public static readonly Words Callbacks = new("callbacks", "回调");
    public static readonly Words Clock = new("clock", "时钟");
    public static readonly Words Runs = new("syncs", "同步记录");

    public static readonly Words Versions = new("versions", "版本");
    public static readonly Words Certificate = new("certificate", "证书");
    public static readonly Words Sessions = new("database sessions", "数据库会话");
    public static readonly Words Connections = new("database connections", "数据库连接");
}
