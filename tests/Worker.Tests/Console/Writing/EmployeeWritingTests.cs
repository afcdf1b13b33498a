using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole.Writing;

/// <summary>Adding, changing and removing employees writes to WeCom and mirrors the result.</summary>
public sealed class EmployeeWritingTests(ConnectedCompany company) : IClassFixture<ConnectedCompany>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Employee_is_added_changed_and_removed_in_WeCom_and_the_mirror_says_so_at_once()
    {
        using var visit = await company.VisitAsync();
        var other = visit.World.Departments.First(d => d.ParentId == 1).Id;

        var added = await visit.SendAsync("employee-edit?department=1",
            ("userid", "LuoJian"), ("name", "罗健"), ("mobile", "13900001111"), ("position", "经理"), ("departments", $"{other}"));
        Assert.True(added.Status == 302, added.Html);
        var person = visit.World.FindPerson("LuoJian")!;
        Assert.Equal(("罗健", "13900001111", "经理"), (person.Name, person.Mobile, person.Position));
        Assert.Equal([1, other], person.Memberships.Select(m => m.DepartmentId).Order());
        await MirrorIsTrueAsync(visit);
        Assert.Contains("罗健", await visit.ReadAsync("employees/LuoJian"), StringComparison.Ordinal);

        // A leader stays one, and his place stays, when he leaves another department.
        visit.World.Update("LuoJian", p => p with { Memberships = [new(1), new(other, 9, true)] });
        await visit.SyncAsync();
        var changed = await visit.SendAsync("employee-edit?id=luojian", ("position", "总监"), ("department", $"{other}"));
        Assert.True(changed.Status == 302, changed.Html);
        Assert.Equal(("总监", "13900001111"), (visit.World.FindPerson("LuoJian")!.Position, visit.World.FindPerson("LuoJian")!.Mobile));
        Assert.Equal([new Membership(other, 9, true)], visit.World.FindPerson("LuoJian")!.Memberships);
        await MirrorIsTrueAsync(visit);

        var removed = await visit.PressAsync("employees/LuoJian", "employee-edit?id=LuoJian&handler=Delete");
        Assert.Equal((302, visit.Address("employees")), (removed.Status, removed.Location));
        Assert.Null(visit.World.FindPerson("LuoJian"));
        await MirrorIsTrueAsync(visit);
        Assert.Equal(0, await visit.SqlAsync<long>("SELECT count(*) FROM mirror.user_departments WHERE tenant_id = $1 AND user_id = 'LuoJian' AND removed_at IS NULL"));
        Assert.Equal(
            "employee_added LuoJian: name, position, mobile, departments | employee_changed LuoJian: position, departments | employee_removed LuoJian",
            await visit.SqlAsync<string>("SELECT string_agg(action || ' ' || detail, ' | ' ORDER BY id) FROM control.audit WHERE tenant_id = $1 AND action LIKE 'employee%'"));
    }

    [Fact]
    public async Task Only_what_was_touched_is_sent_so_what_the_application_may_not_read_stays()
    {
        using var visit = await company.VisitAsync();
        var before = visit.World.People[0];
        Assert.NotEmpty(before.Mobile);

        var html = await visit.ReadAsync($"employee-edit?id={before.UserId}");
        Assert.DoesNotContain(before.Mobile, html, StringComparison.Ordinal);
        // Somebody changes the name in WeCom meanwhile: no event tells, and nothing here overwrites it.
        visit.World.Rename(before.UserId, "后来的名字");
        var saved = await visit.SendAsync($"employee-edit?id={before.UserId}", ("position", "新职务"));

        Assert.True(saved.Status == 302, saved.Html);
        Assert.Equal(before with { Name = "后来的名字", Position = "新职务" }, visit.World.FindPerson(before.UserId));
        await MirrorIsTrueAsync(visit);
    }

    [Theory]
    [InlineData("userid", "userid", "KNOWN")]
    [InlineData("mobile", "mobile", "13900000000")]
    [InlineData("email", "email", "known@corp.example")]
    [InlineData("departments", "departments", "4711")]
    [InlineData("userid", "userid", "-bad")]
    [InlineData("mobile", "mobile", "nobody")]
    public async Task Refusal_stands_beside_its_field_and_nothing_typed_is_lost(string field, string name, string value)
    {
        using var visit = await company.VisitAsync(mirrored: false);
        visit.World.Hire(new Person { UserId = "known", Name = "k", Mobile = "13900000000", Email = "known@corp.example", Memberships = [new(1)] });
        await visit.SyncAsync();
        var version = visit.World.Version;

        var refused = await visit.SendAsync("employee-edit?department=1", ("userid", "newcomer"), ("name", "新人<b>"), ("mobile", "13911112222"), (name, value));

        Assert.Equal((422, version), (refused.Status, visit.World.Version));
        Assert.Matches($"<span id=\"{field}-problem\" class=\"problem\" aria-live=\"polite\">[^<]+</span>", refused.Html);
        Assert.Contains("value=\"新人<b>\"", refused.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_of_two_who_save_at_once_is_told_what_changed_and_his_second_try_changes_only_what_he_touched()
    {
        using var visit = await company.VisitAsync();
        var id = visit.World.People[1].UserId;
        var page = $"employee-edit?id={id}";
        var opened = FormFields.Of(await visit.RawAsync(page));
        Assert.Equal(302, (await visit.SendAsync(page, ("position", "第一个人写的"))).Status);

        var second = await visit.SendAsync(opened, page, ("alias", "第二个人写的"));

        Assert.Equal(422, second.Status);
        Assert.Contains("第一个人写的", second.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"第二个人写的\"", second.Html, StringComparison.Ordinal);
        Assert.NotEqual("第二个人写的", visit.World.FindPerson(id)!.Alias);
        Assert.Equal(302, (await visit.SendAsync(FormFields.Of(System.Net.WebUtility.HtmlDecode(second.Html)), page)).Status);
        Assert.Equal(("第一个人写的", "第二个人写的"), (visit.World.FindPerson(id)!.Position, visit.World.FindPerson(id)!.Alias));
    }

    [Theory]
    [InlineData(60011)]
    [InlineData(48002)]
    public async Task Without_permission_buttons_are_disabled_and_explain_until_it_is_given(int code)
    {
        using var visit = await company.VisitAsync();
        visit.Corp.Settings = visit.Corp.Settings with { ReadOnlyCode = code };
        visit.Corp.Contacts.CanEdit = false;
        var person = visit.World.People[0];

        foreach (var page in new[] { "employees", "departments", $"employees/{person.UserId}", "departments/1", $"employee-edit?id={person.UserId}" })
        {
            var html = await visit.ReadAsync(page);
            Assert.Contains("管理工具 → 通讯录同步", html, StringComparison.Ordinal);
            Assert.Matches("<button[^>]* disabled", html);
            Assert.DoesNotContain("role=\"button\" href=\"" + visit.Address("employee-edit"), html, StringComparison.Ordinal);
        }

        var version = visit.World.Version;
        Assert.Equal(422, (await visit.SendAsync($"employee-edit?id={person.UserId}", ("position", "x"))).Status);
        Assert.Equal(422, (await visit.PressAsync("departments", $"employee-edit?id={person.UserId}&handler=Delete")).Status);
        Assert.Equal(version, visit.World.Version);
        // It was asked once and remembered.
        Assert.Equal(1, company.Simulator.Calls.Count(visit.Corp.Id, "department/update") + company.Simulator.Calls.Count(visit.Corp.Id, "user/update"));

        visit.Corp.Contacts.CanEdit = true;
        Assert.Equal(302, (await visit.PressAsync("departments", "department-edit?handler=AskAgain")).Status);
        Assert.DoesNotContain("管理工具 → 通讯录同步", await visit.ReadAsync("employees"), StringComparison.Ordinal);
        Assert.Equal(302, (await visit.SendAsync($"employee-edit?id={person.UserId}", ("position", "x"))).Status);
    }

    [Fact]
    public async Task Without_the_secret_the_buttons_say_which_one_is_missing()
    {
        using var visit = await company.VisitAsync(contacts: false);
        var html = await visit.ReadAsync("employees");
        Assert.Contains("没有通讯录 Secret", html, StringComparison.Ordinal);
        Assert.Matches("<button disabled[^>]*>添加员工", html);
    }

    [Fact]
    public async Task Answer_that_is_lost_is_not_asked_for_again_and_what_came_of_it_is_mirrored()
    {
        using var visit = await company.VisitAsync();
        var id = visit.World.People[2].UserId;
        var opened = FormFields.Of(await visit.RawAsync($"employee-edit?id={id}"));
        company.Simulator.Faults.Add(new FaultRule { Fault = Fault.Truncate(), CorpId = visit.Corp.Id, Path = "user/update" });

        var answer = await visit.SendAsync(opened, $"employee-edit?id={id}", ("position", "也许"));

        Assert.Equal(422, answer.Status);
        Assert.Contains("没有收到企业微信的答复", answer.Html, StringComparison.Ordinal);
        Assert.Equal(1, company.Simulator.Calls.Count(visit.Corp.Id, "user/update"));
        Assert.Equal("也许", visit.World.FindPerson(id)!.Position);
        await MirrorIsTrueAsync(visit);
    }

    [Fact]
    public async Task While_another_run_holds_the_mirror_a_job_mirrors_as_soon_as_it_ends()
    {
        using var visit = await company.VisitAsync();
        var id = visit.World.People[3].UserId;
        var opened = FormFields.Of(await visit.RawAsync($"employee-edit?id={id}"));
        await using (await company.Worker.Services.GetRequiredService<SyncRuns>()
            .BeginAsync(visit.Tenant.Id, SyncKind.Full, SyncTrigger.Command, dryRun: false, Cancel))
        {
            var answer = await visit.SendAsync(opened, $"employee-edit?id={id}", ("position", "稍后"));
            Assert.Equal((302, visit.Address("employees")), (answer.Status, answer.Location));
            Assert.Contains("稍后更新", await visit.ReadAsync("employees"), StringComparison.Ordinal);
        }

        await Eventually.TrueAsync(
            "the mirror says what was written",
            async () => await visit.SqlAsync<string>("SELECT coalesce(position, '') FROM mirror.users WHERE tenant_id = $1 AND user_id = $2", id) == "稍后", TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task While_somebody_holds_the_mirrors_lock_without_a_run_it_is_written_all_the_same_and_a_job_mirrors_it()
    {
        using var visit = await company.VisitAsync();
        var id = visit.World.People[4].UserId;
        var opened = FormFields.Of(await visit.RawAsync($"employee-edit?id={id}"));
        await using (var holder = await company.Database.DataSource.OpenConnectionAsync(Cancel))
        {
            await using var take = new NpgsqlCommand("SELECT pg_advisory_lock(72368370, $1)", holder);
            take.Parameters.AddWithValue((int)visit.Tenant.Id);
            await take.ExecuteNonQueryAsync(Cancel);

            var answer = await visit.SendAsync(opened, $"employee-edit?id={id}", ("position", "无人运行"));
            Assert.Equal((302, visit.Address("employees")), (answer.Status, answer.Location));
            Assert.Equal("无人运行", visit.World.FindPerson(id)!.Position);
            Assert.Contains("稍后更新", await visit.ReadAsync("employees"), StringComparison.Ordinal);
            take.CommandText = "SELECT pg_advisory_unlock(72368370, $1)";
            await take.ExecuteNonQueryAsync(Cancel);
        }

        await Eventually.TrueAsync(
            "the mirror says what was written",
            async () => await visit.SqlAsync<string>("SELECT coalesce(position, '') FROM mirror.users WHERE tenant_id = $1 AND user_id = $2", id) == "无人运行", TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Hostile_names_are_text_everywhere()
    {
        const string hostile = "<script>alert(1)</script>\u202Eevil=cmd";
        using var visit = await company.VisitAsync(mirrored: false);
        var department = visit.World.AddDepartment(hostile).Id;
        visit.World.Hire(new Person { UserId = "hostile", Name = hostile, Position = hostile, Mobile = "13900000009", Memberships = [new(department)] });
        await visit.SyncAsync();

        foreach (var page in new[] { "employees", "employees/hostile", "employee-edit?id=hostile", "departments?parent=1", $"departments/{department}", $"department-edit?id={department}",
            "departments?handler=Suggest&q=script" })
        {
            var html = await visit.RawAsync(page);
            Assert.DoesNotContain("<script>alert", html, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
            Assert.True(page.Contains("-edit", StringComparison.Ordinal) || !html.Contains('\u202E', StringComparison.Ordinal), page);
        }
    }

    private static Task MirrorIsTrueAsync(Visit visit) => MirrorTruth.AssertEqualAsync(visit.Company.Database.DataSource, visit.Tenant.Id, visit.Corp, Cancel);
}
