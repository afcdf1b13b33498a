using WeComSync.Simulator.Worlds;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole.Writing;

/// <summary>Departments and employees before WeCom is connected, and what becomes of them then.</summary>
public sealed class LocalDirectoryTests(ConnectedCompany company) : IClassFixture<ConnectedCompany>
{
    [Fact]
    public async Task Local_departments_and_employees_are_added_changed_and_removed_below_a_root_that_stays()
    {
        using var visit = await company.VisitAsync(mirrored: false);
        Assert.Contains("总部门", await visit.ReadAsync("departments"), StringComparison.Ordinal);
        Assert.Equal(302, (await visit.SendAsync("local-department", ("departmentName", "销售"))).Status);
        var sales = await IdAsync(visit, "销售");
        Assert.Equal(302, (await visit.SendAsync($"local-department?parent={sales}", ("departmentName", "华东"))).Status);
        var east = await IdAsync(visit, "华东");
        Assert.Contains("同一上级部门下已有同名部门", (await visit.SendAsync("local-department", ("departmentName", "销售"))).Html, StringComparison.Ordinal);
        Assert.Contains("不能把部门移到它自己的下级部门中", (await visit.SendAsync($"local-department?id={sales}", ("parent", $"{east}"))).Html, StringComparison.Ordinal);

        Assert.Equal(302, (await visit.SendAsync("local-employee", ("userid", "LuoJian"), ("name", "罗健"), ("mobile", "13900001111"), ("department", $"{east}"))).Status);
        var twin = await visit.SendAsync("local-employee", ("userid", "luojian"), ("name", "另一个"));
        Assert.Contains("<span id=\"userid-problem\" class=\"problem\" aria-live=\"polite\">已有这个账号的本地员工", twin.Html, StringComparison.Ordinal);
        Assert.Contains("罗健", await visit.ReadAsync("employees?q=luo"), StringComparison.Ordinal);

        var id = await visit.SqlAsync<long>("SELECT id FROM control.local_users WHERE tenant_id = $1");
        Assert.Equal(422, (await visit.PressAsync($"local-department?id={east}", $"local-department?id={east}&handler=Delete")).Status);
        Assert.Equal(422, (await visit.PressAsync($"local-department?id={sales}", $"local-department?id={sales}&handler=Delete")).Status);
        // The root has no row: nothing names it.
        Assert.Equal(404, (await visit.PressAsync("local-department", "local-department?handler=Delete")).Status);
        Assert.Equal(302, (await visit.PressAsync($"local-employee?id={id}", $"local-employee?id={id}&handler=Delete")).Status);
        Assert.Equal(302, (await visit.PressAsync($"local-department?id={east}", $"local-department?id={east}&handler=Delete")).Status);
        Assert.Equal(1, await visit.SqlAsync<long>("SELECT count(*) FROM control.local_departments WHERE tenant_id = $1"));
        Assert.Equal(0, await visit.SqlAsync<long>("SELECT count(*) FROM mirror.departments WHERE tenant_id = $1"));
        Assert.Equal(5, await visit.SqlAsync<long>("SELECT count(*) FROM control.audit WHERE tenant_id = $1 AND (action LIKE 'department%' OR action LIKE 'employee%')"));
    }

    [Fact]
    public async Task Second_of_two_who_save_at_once_is_told_what_it_is_now_and_may_save_after()
    {
        using var visit = await company.VisitAsync(mirrored: false);
        await visit.SendAsync("local-employee", ("userid", "a"), ("name", "原来"));
        var page = $"local-employee?id={await visit.SqlAsync<long>("SELECT id FROM control.local_users WHERE tenant_id = $1")}";
        var opened = FormFields.Of(await visit.RawAsync(page));
        Assert.Equal(302, (await visit.SendAsync(page, ("name", "第一个"))).Status);

        var second = await visit.SendAsync(opened, page, ("name", "第二个"));

        Assert.Equal(422, second.Status);
        Assert.Contains("现在：a; 第一个", second.Html, StringComparison.Ordinal);
        Assert.Equal(302, (await visit.SendAsync(FormFields.Of(second.Html), page)).Status);
        Assert.Equal("第二个", await visit.SqlAsync<string>("SELECT name FROM control.local_users WHERE tenant_id = $1"));
    }

    [Fact]
    public async Task First_connection_shows_matches_before_it_merges_and_what_WeCom_lacks_stays_until_somebody_decides()
    {
        using var visit = await company.VisitAsync(mirrored: false);
        visit.Corp.App.HiddenFields = Simulator.Corps.PersonalFields.None;
        var sales = visit.World.AddDepartment("销售").Id;
        visit.World.Hire(new Person { UserId = "LuoJian", Name = "罗健", Mobile = "13900001111", Memberships = [new(sales)] });
        visit.World.Hire(new Person { UserId = "wm7f", Name = "何雨桐", Mobile = "+86 13900002222", Memberships = [new(sales)] });
        await visit.SendAsync("local-department", ("departmentName", "销售"));
        var local = await IdAsync(visit, "销售");
        await visit.SendAsync($"local-department?parent={local}", ("departmentName", "华东"));
        var east = await IdAsync(visit, "华东");
        await visit.SendAsync("local-employee", ("userid", "luojian"), ("name", "罗建"), ("department", $"{local}"));
        await visit.SendAsync("local-employee", ("userid", "yutong"), ("name", "何雨桐"), ("mobile", "13900002222"));
        await visit.SendAsync("local-employee", ("userid", "newcomer"), ("name", "只在本地"), ("mobile", "13900003333"), ("department", $"{east}"));
        Assert.Contains("之后在这里看到对照结果", await visit.ReadAsync("connect"), StringComparison.Ordinal);
        Assert.Equal(422, (await visit.PressAsync("connect", "connect?handler=Confirm")).Status);

        await visit.SyncAsync();
        Assert.Contains("5 个本地部门与员工还没有与企业微信合并", await visit.ReadAsync("employees"), StringComparison.Ordinal);
        var html = await visit.ReadAsync("connect");
        Assert.Contains("姓名不同，以企业微信为准", html, StringComparison.Ordinal);
        Assert.Matches("<strong>2</strong>两边都有的员工", html);
        Assert.Matches("<strong>1</strong>只在本地的员工", html);
        Assert.Equal(5, await CountAsync(visit));

        Assert.Equal(302, (await visit.PressAsync("connect", "connect?handler=Confirm")).Status);
        // What the administrator had entered otherwise is not lost without a trace.
        Assert.Equal(
            "LuoJian ← userid: luojian; name: 罗建 | wm7f ← userid: yutong; mobile: 13900002222",
            await visit.SqlAsync<string>("SELECT string_agg(detail, ' | ' ORDER BY detail) FROM control.audit WHERE tenant_id = $1 AND action = 'local_entries_merged' AND detail LIKE '%←%'"));
        // 华东 and its member are only here, so 销售 stays as their parent.
        Assert.Equal(3, await CountAsync(visit));
        var user = await visit.SqlAsync<long>("SELECT id FROM control.local_users WHERE tenant_id = $1");
        Assert.Contains("请先在企业微信中创建他的部门", (await visit.PressAsync("connect", "connect?handler=CreateUser", ("id", $"{user}"))).Html, StringComparison.Ordinal);
        Assert.Equal(302, (await visit.PressAsync("connect", "connect?handler=CreateDepartment", ("id", $"{east}"))).Status);
        Assert.Equal(302, (await visit.PressAsync("connect", "connect?handler=CreateUser", ("id", $"{user}"))).Status);
        var made = visit.World.Departments.Single(d => d.Name == "华东");
        Assert.Equal((sales, made.Id), (made.ParentId, visit.World.FindPerson("newcomer")!.Memberships.Single().DepartmentId));
        Assert.Equal(302, (await visit.PressAsync("connect", "connect?handler=Confirm")).Status);
        Assert.Equal(0, await CountAsync(visit));
    }

    [Fact]
    public async Task Refusal_of_what_is_created_from_here_is_told_and_the_entry_stays()
    {
        using var visit = await company.VisitAsync(mirrored: false);
        visit.World.Hire(new Person { UserId = "other", Name = "o", Mobile = "13900003333", Memberships = [new(1)] });
        await visit.SendAsync("local-employee", ("userid", "newcomer"), ("name", "<b>新人"), ("mobile", "13900003333"));
        await visit.SyncAsync();
        var user = await visit.SqlAsync<long>("SELECT id FROM control.local_users WHERE tenant_id = $1");

        var refused = await visit.PressAsync("connect", "connect?handler=CreateUser", ("id", $"{user}"));

        Assert.Equal(422, refused.Status);
        Assert.Contains("这个手机号已被企业中的其他成员使用", refused.Html, StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync(visit));
        Assert.DoesNotContain("<b>新人", await visit.RawAsync("connect"), StringComparison.Ordinal);
    }

    private static Task<long> IdAsync(Visit visit, string name) =>
        visit.SqlAsync<long>("SELECT id FROM control.local_departments WHERE tenant_id = $1 AND name = $2", name);

    private static Task<long> CountAsync(Visit visit) => visit.SqlAsync<long>("""
        SELECT (SELECT count(*) FROM control.local_departments WHERE tenant_id = $1) + (SELECT count(*) FROM control.local_users WHERE tenant_id = $1)
        """);
}
