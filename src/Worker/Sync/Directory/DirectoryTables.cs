namespace WeComSync.Worker.Sync.Directory;

/// <summary>The directory's half of the mirror, in the order in which a merge writes it.</summary>
internal static class DirectoryTables
{
    /// <summary>Kinds of objects that an event can be about.</summary>
    public const string User = "user";
    public const string Department = "department";
    public const string Tag = "contact_tag";

    public static readonly MirrorTable Departments = new(
        "departments",
        "department",
        [Column.Bigint("id")],
        [Column.Bigint("parent_id"), Column.Text("name"), Column.Text("name_en"), Column.Bigint("sort_order"), Column.Texts("leaders")],
        "m.name")
    {
        Subjects = [(Department, "d.id::text")],
        EmptyIsNoProof = true,
    };

    public static readonly MirrorTable Users = new(
        "users",
        "user",
        [Column.Id("user_id")],
        [
            Column.Text("name"), Column.Text("alias"), Column.Text("english_name"), Column.Text("position"),
            Column.Text("mobile"), Column.Text("email"), Column.Text("biz_mail"), Column.Smallint("gender"),
            Column.Text("avatar"), Column.Text("thumb_avatar"), Column.Text("qr_code"), Column.Text("telephone"),
            Column.Text("address"), Column.Smallint("status"), Column.Bigint("main_department_id"), Column.Texts("direct_leaders"),
            Column.Json("extattr"), Column.Text("external_position"), Column.Json("external_profile"), Column.Text("open_userid"),
            Column.Text("detail", "'id_only'"),
        ],
        "m.name")
    {
        // The memberships as user/list returned them, one array element for each department.
        Subjects = [(User, "lower(d.user_id)")],
        Extras = [Column.Bigints("departments"), Column.Bigints("orders"), Column.Integers("leader_flags")],
        // People are found without case.
        Computed = ["user_key text COLLATE \"C\" GENERATED ALWAYS AS (lower(user_id)) STORED"],
        EmptyIsNoProof = true,
    };

    public static readonly MirrorTable Memberships = new(
        "user_departments",
        "user_department",
        [Column.Id("user_id"), Column.Bigint("department_id")],
        [Column.Bigint("sort_order"), Column.Boolean("is_leader")],
        "(SELECT u.name FROM mirror.users u WHERE u.tenant_id = m.tenant_id AND u.user_id = m.user_id)")
    {
        Subjects = [(User, "lower(d.user_id)"), (Department, "d.department_id::text")],
        Owners = [new(Users, "user_id"), new(Departments, "department_id") { Keeps = false }],
    };

    public static readonly MirrorTable Tags = new(
        "contact_tags", "contact_tag", [Column.Bigint("tag_id")], [Column.Text("name")], "m.name")
    {
        Subjects = [(Tag, "d.tag_id::text")],
        EmptyIsNoProof = true,
    };

    public static readonly MirrorTable TagUsers = new(
        "contact_tag_users", "contact_tag_user", [Column.Bigint("tag_id"), Column.Id("user_id")], [],
        "(SELECT u.name FROM mirror.users u WHERE u.tenant_id = m.tenant_id AND u.user_id = m.user_id)")
    {
        Subjects = [(Tag, "d.tag_id::text"), (User, "lower(d.user_id)")],
        Owners = [new(Tags, "tag_id"), new(Users, "user_id")],
    };

    public static readonly MirrorTable TagDepartments = new(
        "contact_tag_departments", "contact_tag_department", [Column.Bigint("tag_id"), Column.Bigint("department_id")], [],
        "(SELECT d.name FROM mirror.departments d WHERE d.tenant_id = m.tenant_id AND d.id = m.department_id)")
    {
        Subjects = [(Tag, "d.tag_id::text"), (Department, "d.department_id::text")],
        Owners = [new(Tags, "tag_id"), new(Departments, "department_id")],
    };

    public static readonly MirrorTable[] All = [Departments, Users, Memberships, Tags, TagUsers, TagDepartments];

    /// <summary>Columns of <c>mirror.users</c> that WeCom hides from applications created after 2022-06-20.</summary>
    public static readonly string[] Restricted = ["mobile", "email", "biz_mail", "gender", "avatar", "thumb_avatar", "qr_code", "address"];
}
