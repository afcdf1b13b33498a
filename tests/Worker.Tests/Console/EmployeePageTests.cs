using System.Text.RegularExpressions;
using WeComSync.Simulator.Corps;
using WeComSync.Worker.Tests.WebConsole.Writing;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>An employee's page: each field with its value or with why there is none, and what happened to him.</summary>
public sealed partial class EmployeePageTests(ConnectedCompany company) : IClassFixture<ConnectedCompany>
{
    private const string Withheld = "应用的 Secret 无权读取";
    private const string Formerly = "应用的 Secret 现已无权读取，这是最后读到的值：";

    [Fact]
    public async Task Field_that_the_secret_may_not_read_says_so_instead_of_being_blank_and_keeps_what_was_read_once()
    {
        using var visit = await company.VisitAsync(mirrored: false);
        var person = visit.World.PersonAt(3);
        visit.World.Update(person.UserId, known => known with { Alias = "", EnglishName = "", Gender = 1, Mobile = "13800000001" });
        await visit.SyncAsync();

        var fields = await FieldsAsync(visit, person.UserId);
        Assert.Equal(person.Name, fields["名称"]);
        Assert.All(["手机", "邮箱", "企业邮箱", "性别", "头像", "地址", "个人二维码"], field => Assert.Equal(Withheld, fields[field]));
        Assert.Equal("空", fields["别名"]);
        Assert.Equal("企业微信未返回", fields["英文名"]);

        visit.Corp.App.HiddenFields = PersonalFields.None;
        await visit.SyncAsync();
        fields = await FieldsAsync(visit, person.UserId);
        Assert.Equal(("13800000001", "男"), (fields["手机"], fields["性别"]));

        visit.Corp.App.HiddenFields = PersonalFields.Mobile;
        await visit.SyncAsync();
        fields = await FieldsAsync(visit, person.UserId);
        Assert.Matches($"^13800000001 {Formerly} 20\\d\\d-", fields["手机"]);
        Assert.Equal("男", fields["性别"]);
    }

    [Fact]
    public async Task Person_out_of_the_applications_sight_has_an_id_and_no_field_is_blank()
    {
        using var visit = await company.VisitAsync(mirrored: false);
        visit.Corp.App.Range = Simulator.Worlds.VisibleRange.OfDepartments(visit.World.Departments[^1].Id);
        await visit.SyncAsync();
        var userId = await visit.SqlAsync<string>("SELECT min(user_id) FROM mirror.users WHERE tenant_id = $1 AND detail = 'id_only'");

        Assert.All(await FieldsAsync(visit, userId), field => Assert.True(field.Value.Length > 0 && field.Value != "空", $"{field.Key}: {field.Value}"));
        Assert.Equal(Withheld, (await FieldsAsync(visit, userId))["名称"]);
        Assert.Contains("只知道账号", await visit.ReadAsync($"employees/{userId}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_tells_from_the_feed_what_changed_where_he_went_and_by_which_sync_newest_first()
    {
        using var visit = await company.VisitAsync();
        var person = visit.World.PersonAt(3);
        var (from, to) = (visit.World.Departments.Single(d => d.Id == person.Memberships[0].DepartmentId), visit.World.Departments.First(d => person.Memberships.All(m => m.DepartmentId != d.Id)));
        Assert.Contains("首次读取后没有变更。", await visit.ReadAsync($"employees/{person.UserId}"), StringComparison.Ordinal);

        visit.World.Rename(person.UserId, "<b>改了名</b>");
        await visit.SyncAsync();
        visit.World.Move(person.UserId, to.Id);
        await visit.SyncAsync();
        visit.World.Leave(person.UserId);
        await visit.SyncAsync();

        var page = await visit.RawAsync($"employees/{person.UserId}");
        var history = History().Match(page).Groups[1].Value;
        var told = Entry().Matches(history).Select(entry => Time().Replace(PageText.Of(entry.Groups[1].Value), "")).ToList();
        var runs = await visit.SqlAsync<long[]>("SELECT array_agg(id ORDER BY id DESC) FROM control.sync_runs WHERE tenant_id = $1");
        Assert.Equal(4, runs.Length);
        Assert.Contains(told.Take(2), entry => entry.StartsWith($"删除 同步 {runs[0]}", StringComparison.Ordinal));
        Assert.Contains(told, entry => entry.StartsWith($"进入部门 {to.Name}", StringComparison.Ordinal));
        Assert.Contains(told, entry => entry.StartsWith($"离开部门 {from.Name} 同步 {runs[1]}", StringComparison.Ordinal));
        Assert.StartsWith($"变更 同步 {runs[2]} 名称 → <b>改了名</b>", told[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("<b>改了名</b>", page, StringComparison.Ordinal);
        Assert.Contains($"runs/{runs[2]}\"", history, StringComparison.Ordinal);
    }

    /// <summary>What the page says of each field.</summary>
    private static async Task<Dictionary<string, string>> FieldsAsync(Visit visit, string userId) =>
        Field().Matches(Facts().Match(await visit.RawAsync($"employees/{userId}")).Groups[1].Value)
            .ToDictionary(field => PageText.Of(field.Groups[1].Value), field => PageText.Of(field.Groups[2].Value));

    [GeneratedRegex("<dl class=\"facts\">(.*?)</dl>", RegexOptions.Singleline)]
    private static partial Regex Facts();

    [GeneratedRegex("<dt>(.*?)</dt><dd>(.*?)</dd>", RegexOptions.Singleline)]
    private static partial Regex Field();

    [GeneratedRegex("<h2>变更历史</h2>(.*?)</article>", RegexOptions.Singleline)]
    private static partial Regex History();

    [GeneratedRegex("<li>(.*?)</li>", RegexOptions.Singleline)]
    private static partial Regex Entry();

    /// <summary>When an entry was written.</summary>
    [GeneratedRegex(@"^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d( UTC)? ")]
    private static partial Regex Time();
}
