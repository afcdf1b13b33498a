namespace WeComSync.Worker.Doctor;

/// <summary>What the doctor says about this host and its database.</summary>
internal static class HostTexts
{
    public static readonly DoctorText Versions = new(
        new("WeComSync {0}, .NET {1}, PostgreSQL {2}; the schemas are those of this release.", "WeComSync {0}，.NET {1}，PostgreSQL {2}；数据库结构为当前版本。"));

    public static readonly DoctorText OldPostgres = new(
        new("PostgreSQL {0} is older than 15, the oldest that WeComSync works with.", "PostgreSQL {0} 低于最低要求 15。"),
        new("Upgrade PostgreSQL to 15 or later.", "请把 PostgreSQL 升级到 15 或更高版本。"));

    public static readonly DoctorText WrongEncoding = new(
        new("The database {0} has the encoding {1}, which lacks characters that people have in their names.", "数据库 {0} 的编码是 {1}，无法保存姓名中的部分字符。"),
        new("Make another one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, name it in ConnectionStrings:WeComSync, and run 'migrate'.",
            "用 CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0 新建数据库，在 ConnectionStrings:WeComSync 中改用它，再执行 migrate。"));

    public static readonly DoctorText NotMigrated = new(
        new("The database's schemas are not those of this release.", "数据库结构不是当前版本。"),
        new("Run 'migrate'.", "执行 migrate。"));

    public static readonly DoctorText ClockGood = new(new("This host's clock and the database's agree within {0}.", "本机与数据库时钟相差不超过 {0}。"));

    public static readonly DoctorText ClockOff = new(
        new("This host's clock is {0} off from the database's. Schedules and jobs judge each other's signs of life by their clocks.",
            "本机与数据库时钟相差 {0}。调度和任务依赖时钟判断对方是否存活。"),
        new("Switch time synchronisation on (NTP) on this host and on the database's.", "请在本机和数据库主机上开启时间同步（NTP）。"));

    public static readonly DoctorText Certificate = new(
        new("The certificate {0} opens the stored secrets; it is dated until {1}.", "证书 {0} 可打开已存储的密钥；证书有效期至 {1}。"));

    public static readonly DoctorText CertificateEnds = new(
        new("The certificate {0} opens the stored secrets, but its date ends on {1}. It goes on opening them.", "证书 {0} 可打开已存储的密钥，但有效期至 {1}；到期后仍可使用。"),
        new("Plan a new certificate, and keep the old PFX file: what it protects needs it.", "请计划更换证书，并保留旧 PFX 文件：已加密的数据仍需要它。"));

    public static readonly DoctorText NoCertificate = new(
        new("No certificate protects the stored secrets: whoever reads the database reads them. Only the Development environment starts like this.",
            "没有证书保护已存储的密钥：能读数据库的人就能读到它们。仅开发环境允许这样启动。"),
        new("Set Secrets__CertificatePath to a PFX file.", "把 Secrets__CertificatePath 设为 PFX 文件。"));

    public static readonly DoctorText CertificateWrong = new(
        new("The certificate does not open the secrets stored in this database.", "证书无法打开此数据库中存储的密钥。"),
        new("Set Secrets__CertificatePath to the PFX file of the other hosts.", "把 Secrets__CertificatePath 设为其他主机使用的 PFX 文件。"));

    public static readonly DoctorText SessionsGood = new(
        new("PostgreSQL ends sessions whose client is gone: {0}.", "PostgreSQL 会结束失去客户端的会话：{0}。"));

    public static readonly DoctorText SettingMissing = new(
        new("{0} is {1} for sessions of {2}: a client that vanished keeps its locks. The worker's direct sessions set it themselves; those through a pooler do not.",
            "{2} 的会话中 {0} 为 {1}：消失的客户端会一直占用锁。worker 直连会话会自行设置；经连接池的会话不会。"),
        new("Run 'migrate', or as an administrator: ALTER ROLE \"{2}\" IN DATABASE \"{3}\" SET {0} TO '{4}';",
            "执行 migrate，或由管理员执行：ALTER ROLE \"{2}\" IN DATABASE \"{3}\" SET {0} TO '{4}';"));

    public static readonly DoctorText SettingWrong = new(
        new("{0} is {1} even in the worker's own sessions: a client that vanished keeps its locks, and schedules and syncs wait for it.",
            "即使在 worker 自己的会话中 {0} 也是 {1}：消失的客户端会一直占用锁，调度和同步会被阻塞。"),
        new("Take {0} out of 'Options' in ConnectionStrings:WeComSync, or as an administrator: ALTER ROLE \"{2}\" IN DATABASE \"{3}\" SET {0} TO '{4}';",
            "从 ConnectionStrings:WeComSync 的 Options 中去掉 {0}，或由管理员执行：ALTER ROLE \"{2}\" IN DATABASE \"{3}\" SET {0} TO '{4}';"));

    public static readonly DoctorText ConnectionsGood = new(
        new("A worker with these settings uses up to {0} connections; the server allows {1}, {2} are in use.", "按当前设置，一个 worker 最多使用 {0} 个连接；服务器允许 {1} 个，已用 {2} 个。"));

    public static readonly DoctorText ConnectionsFew = new(
        new("A worker with these settings uses up to {0} connections, but the role or server allows {1}.", "按当前设置，一个 worker 最多使用 {0} 个连接，但角色或服务器只允许 {1} 个。"),
        new("Raise max_connections or the role's CONNECTION LIMIT, or lower Jobs:Workers and Jobs:EventWorkers.", "提高 max_connections 或角色的 CONNECTION LIMIT，或降低 Jobs:Workers 和 Jobs:EventWorkers。"));
}
