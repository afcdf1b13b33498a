using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole.Writing;

/// <summary>Adding, changing and removing departments writes to WeCom and mirrors the result.</summary>
public sealed class DepartmentWritingTests(ConnectedCompany company) : IClassFixture<ConnectedCompany>
{
    [Fact]
    public async Task Department_is_added_moved_renamed_and_removed_in_WeCom_and_the_mirror_says_so_at_once()
    {
        using var visit = await company.VisitAsync();
        var other = visit.World.Departments.First(d => d.ParentId == 1);

        var added = await visit.SendAsync("department-edit?parent=1", ("departmentName", "客户成功"), ("sort_order", "7"));
        Assert.True(added.Status == 302, added.Html);
        var made = visit.World.Departments.Single(d => d.Name == "客户成功");
        Assert.Equal((1, 7), (made.ParentId, made.Order));
        await MirrorIsTrueAsync(visit);

        var changed = await visit.SendAsync($"department-edit?id={made.Id}", ("departmentName", "客户成功部"), ("parent", other.Name));
        Assert.True(changed.Status == 302, changed.Html);
        Assert.Equal(("客户成功部", other.Id, 7), (visit.World.FindDepartment(made.Id)!.Name, visit.World.FindDepartment(made.Id)!.ParentId, visit.World.FindDepartment(made.Id)!.Order));
        await MirrorIsTrueAsync(visit);

        var removed = await visit.PressAsync($"departments/{made.Id}", $"department-edit?id={made.Id}&handler=Delete");
        Assert.True(removed.Status == 302, removed.Html);
        Assert.Null(visit.World.FindDepartment(made.Id));
        await MirrorIsTrueAsync(visit);
        Assert.Equal(
            $"department_added {made.Id} | department_changed {made.Id} | department_removed {made.Id}",
            await visit.SqlAsync<string>("SELECT string_agg(action || ' ' || detail, ' | ' ORDER BY id) FROM control.audit WHERE tenant_id = $1 AND action LIKE 'department%'"));
    }

    [Theory]
    [InlineData(33, 302)]
    [InlineData(64, 302)]
    [InlineData(65, 422)]
    public async Task Department_name_may_be_as_long_as_WeCom_takes_it(int length, int status)
    {
        using var visit = await company.VisitAsync();
        var name = string.Concat(Enumerable.Repeat("𬭎", length));

        var added = await visit.SendAsync("department-edit?parent=1", ("departmentName", name));

        Assert.True(added.Status == status, added.Html);
        Assert.Equal(status == 302, visit.World.Departments.Any(d => d.Name == name));
        await MirrorIsTrueAsync(visit);
    }

    [Fact]
    public async Task Refusals_are_told_in_plain_words_beside_the_field_and_nothing_changes()
    {
        using var visit = await company.VisitAsync();
        var top = visit.World.AddDepartment("上层");
        var below = visit.World.AddDepartment("下层", top.Id);
        visit.World.Hire("inside", "里面", below.Id);
        await visit.SyncAsync();
        var version = visit.World.Version;

        var twin = await visit.SendAsync("department-edit?parent=1", ("departmentName", "上层"));
        Assert.Equal(422, twin.Status);
        Assert.Contains("<span id=\"departmentName-problem\" class=\"problem\" aria-live=\"polite\">同一上级部门下已有同名部门。</span>", twin.Html, StringComparison.Ordinal);
        var circle = await visit.SendAsync($"department-edit?id={top.Id}", ("parent", $"{below.Id}"));
        Assert.Contains("<span id=\"parent-problem\" class=\"problem\" aria-live=\"polite\">不能把部门移到它自己的下级部门中。</span>", circle.Html, StringComparison.Ordinal);
        var colon = await visit.SendAsync("department-edit?parent=1", ("departmentName", "a:b"));
        Assert.Contains("部门名称不能含有", colon.Html, StringComparison.Ordinal);
        var full = await visit.PressAsync($"departments/{below.Id}", $"department-edit?id={below.Id}&handler=Delete");
        Assert.Equal(422, full.Status);
        Assert.Contains("部门中还有成员，不能删除", full.Html, StringComparison.Ordinal);
        Assert.Contains("部门下还有子部门", (await visit.PressAsync("departments/1", $"department-edit?id={top.Id}&handler=Delete")).Html, StringComparison.Ordinal);
        Assert.Contains("根部门不能删除", (await visit.PressAsync("departments/1", "department-edit?id=1&handler=Delete")).Html, StringComparison.Ordinal);
        Assert.Equal(version, visit.World.Version);
    }

    [Fact]
    public async Task Departments_are_offered_by_part_of_the_name_and_by_id()
    {
        using var visit = await company.VisitAsync();
        var made = visit.World.AddDepartment("华东交付组");
        await visit.SyncAsync();

        Assert.Contains("华东交付组", await visit.ReadAsync("departments?handler=Suggest&q=" + Uri.EscapeDataString("东交")), StringComparison.Ordinal);
        Assert.Contains($"value=\"{made.Id}\"", await visit.ReadAsync($"departments?handler=Suggest&q={made.Id}"), StringComparison.Ordinal);
    }

    private static Task MirrorIsTrueAsync(Visit visit) =>
        MirrorTruth.AssertEqualAsync(visit.Company.Database.DataSource, visit.Tenant.Id, visit.Corp, TestContext.Current.CancellationToken);
}
