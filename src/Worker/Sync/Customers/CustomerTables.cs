namespace WeComSync.Worker.Sync.Customers;

/// <summary>The customers' half of the mirror, in the order in which a merge writes it.</summary>
internal static class CustomerTables
{
    /// <summary>Kinds of objects that an event can be about.</summary>
    public const string Customer = "customer";
    public const string Follow = "follow";
    public const string Tag = "corp_tag";
    public const string Chat = "group_chat";

    /// <summary>Parts the two ids of a relation where it is named by one text.</summary>
    public const char Separator = '|';

    private const string FollowSubject = "d.user_id || '|' || d.external_user_id";

    private static readonly Column DeletedByCustomerAt = Column.Time("deleted_by_customer_at") with { Nothing = "'-infinity'" };

    private static readonly Column Visible = Column.Boolean("visible", "true");

    public static readonly MirrorTable TagGroups = new(
        "corp_tag_groups", "corp_tag_group", [Column.Id("group_id")],
        [Column.Text("name"), Column.Bigint("sort_order"), Column.Time("made_at")], "m.name")
    {
        Subjects = [(Tag, "''")],
        EmptyIsNoProof = true,
    };

    public static readonly MirrorTable Tags = new(
        "corp_tags", "corp_tag", [Column.Id("tag_id")],
        [Column.Id("group_id"), Column.Text("name"), Column.Bigint("sort_order"), Column.Time("made_at"), Column.Smallint("type", "1")], "m.name")
    {
        Subjects = [(Tag, "''")],
        EmptyIsNoProof = true,
    };

    public static readonly MirrorTable Customers = new(
        "customers",
        "customer",
        [Column.Id("external_user_id")],
        [
            Column.Text("name"), Column.Smallint("type"), Column.Smallint("gender"), Column.Text("avatar"), Column.Id("unionid"),
            Column.Text("position"), Column.Text("corp_name"), Column.Text("corp_full_name"), Column.Json("external_profile"), Visible,
        ],
        "m.name")
    {
        Subjects = [(Customer, "d.external_user_id")],
    };

    public static readonly MirrorTable Follows = new(
        "follows",
        "follow",
        [Column.Id("user_id"), Column.Id("external_user_id")],
        [
            Column.Text("remark"), Column.Text("description"), Column.Time("followed_at"), Column.Text("remark_corp_name"),
            Column.Texts("remark_mobiles"), Column.Integer("add_way"), Column.Text("oper_user_id") with { Nothing = "''" }, Column.Text("state") with { Nothing = "''" }, Column.Texts("tag_ids"),
            Column.Texts("personal_tags"), Column.Json("wechat_channels") with { Nothing = "'null'::jsonb" }, DeletedByCustomerAt, Visible,
        ],
        "(SELECT m.user_id || ' → ' || c.name FROM mirror.customers c WHERE c.tenant_id = m.tenant_id AND c.external_user_id = m.external_user_id)")
    {
        Subjects = [(Follow, FollowSubject), (Customer, "d.external_user_id")],
        RemovalFacts = [Column.Text("removed_reason"), Column.Time("deleted_by_member_at")],
    };

    /// <summary>What no reading of a relation tells.</summary>
    public static readonly MirrorTable FollowMarks = Follows with
    {
        Values = [Column.Texts("tag_ids"), DeletedByCustomerAt, Visible],
        Subjects = [.. Follows.Subjects, (Tag, "''")],
        RemovalFacts = [],
        Beside = Follows,
    };

    /// <summary>What no reading of a customer tells.</summary>
    public static readonly MirrorTable CustomerMarks = Customers with { Values = [Visible], Beside = Customers };

    public static readonly MirrorTable Chats = new(
        "group_chats",
        "group_chat",
        [Column.Id("chat_id")],
        [
            Column.Text("name"), Column.Id("owner_user_id"), Column.Smallint("status"), Column.Text("notice"), Column.Texts("admin_user_ids"),
            Column.Text("member_version"), Column.Time("made_at"),
        ],
        "m.name")
    {
        Subjects = [(Chat, "d.chat_id")],
    };

    public static readonly MirrorTable ChatMembers = new(
        "group_chat_members",
        "group_chat_member",
        [Column.Id("chat_id"), Column.Id("member_id")],
        [
            Column.Smallint("type"), Column.Id("unionid"), Column.Time("joined_at"), Column.Smallint("join_scene"), Column.Id("invitor_user_id"),
            Column.Text("group_nickname"), Column.Text("name"), Column.Text("state"),
        ],
        "m.name")
    {
        Subjects = [(Chat, "d.chat_id")],
        Owners = [new(Chats, "chat_id")],
    };

    public static readonly MirrorTable[] All = [TagGroups, Tags, Customers, Follows, FollowMarks, CustomerMarks, Chats, ChatMembers];

    /// <summary>Kinds of rows of this half, as the change feed and held removals call them.</summary>
    public static readonly IReadOnlySet<string> Entities = All.Select(t => t.Entity).ToHashSet(StringComparer.Ordinal);
}
