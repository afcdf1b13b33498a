using System.Globalization;
using WeComSync.Simulator.Api;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Directory;

namespace WeComSync.TestKit;

/// <summary>The directory's half of the mirror as it ought to be, column by column.</summary>
internal sealed class DirectoryTruth(Corp corp, TruthView view)
{
    private readonly World world = corp.World;
    private readonly Visibility sight = view.OnlyVisible ? corp.App.Visibility : Visibility.Everything;
    private readonly PersonalFields hidden = view.Hidden ?? corp.App.HiddenFields;

    public IEnumerable<(MirrorTable Table, IEnumerable<TrueRow> Rows)> Tables() =>
    [
        (DirectoryTables.Departments, world.DepartmentRows(null)!.Select(Department)),
        (DirectoryTables.Users, world.People.Select(User)),
        (DirectoryTables.Memberships, world.People.SelectMany(Memberships)),
        (DirectoryTables.Tags, world.Tags.Select(t => new TrueRow { { "tag_id", t.Id }, { "name", t.Name } })),
        (DirectoryTables.TagUsers, world.Tags.SelectMany(t => t.Users.Select(u => new TrueRow { { "tag_id", t.Id }, { "user_id", u } }))),
        (DirectoryTables.TagDepartments, world.Tags.SelectMany(t => t.Departments.Select(d => new TrueRow { { "tag_id", t.Id }, { "department_id", d } }))),
    ];

    private TrueRow Department(DepartmentRow row)
    {
        var d = row.Department;
        var seen = sight.Sees(d.Id);
        return new TrueRow
        {
            { "id", d.Id },
            { "parent_id", d.Id == Simulator.Worlds.Department.RootId ? corp.Settings.RootParentId : d.ParentId },
            { "name", seen ? d.Name : null },
            { "name_en", seen ? d.NameEn : null },
            { "sort_order", d.Order },
            { "leaders", seen ? row.Leaders.Where(sight.Sees).Select(l => l.Last.UserId) : null },
        };
    }

    private TrueRow User(Person p)
    {
        var node = world.FindNode(p.UserId)!;
        var seen = sight.Sees(node);
        var main = p.MainDepartment ?? p.Memberships[0].DepartmentId;
        return new TrueRow
        {
            { "user_id", p.UserId },
            { "name", seen ? p.Name : null },
            { "alias", seen ? p.Alias : null },
            { "english_name", Told(p.EnglishName) },
            { "position", seen ? p.Position : null },
            { "mobile", Granted(PersonalFields.Mobile, p.Mobile) },
            { "email", Granted(PersonalFields.Email, p.Email) },
            { "biz_mail", Granted(PersonalFields.BizMail, p.BizMail) },
            { "gender", seen && (hidden & PersonalFields.Gender) == 0 ? p.Gender : null },
            { "avatar", Granted(PersonalFields.Avatar, p.Avatar) },
            { "thumb_avatar", Granted(PersonalFields.Avatar, p.Avatar.EndsWith("/0", StringComparison.Ordinal) ? $"{p.Avatar[..^1]}100" : "") },
            { "qr_code", Granted(PersonalFields.QrCode, string.Create(CultureInfo.InvariantCulture, $"https://open.work.weixin.qq.com/wwopen/userQRCode?vcode=vc{node.Sequence:x8}")) },
            { "telephone", seen ? p.Telephone : null },
            { "address", p.Address.Length > 0 ? Granted(PersonalFields.Address, p.Address) : null },
            { "status", seen ? p.Status : null },
            { "main_department_id", seen && sight.Sees(main) ? main : null },
            { "direct_leaders", seen ? p.DirectLeaders.Where(id => sight.IsEverything || (world.FindNode(id) is { } leader && sight.Sees(leader))) : null },
            { "extattr", seen ? TruthJson.Object(json => ProfileJson.WriteAttributes(json, UserKeys.Attrs, p.ExtFields)) : null },
            { "external_position", Told(p.ExternalPosition) },
            { "external_profile", seen && p.ExternalProfile is { } profile ? TruthJson.Object(json => ProfileJson.Write(json, profile))["external_profile"] : null },
            { "open_userid", null },
            { "detail", seen ? "full" : "id_only" },
        };

        string? Granted(PersonalFields field, string value) => seen && (hidden & field) == 0 ? value : null;

        // WeCom leaves it out where it is empty.
        string? Told(string value) => seen && value.Length > 0 ? value : null;
    }

    private IEnumerable<TrueRow> Memberships(Person p) => p.Memberships.Select(m =>
    {
        var seen = sight.Sees(m.DepartmentId);
        return new TrueRow
        {
            { "user_id", p.UserId },
            { "department_id", m.DepartmentId },
            { "sort_order", seen ? m.Order : null },
            { "is_leader", seen ? m.IsLeader : null },
        };
    });

}
