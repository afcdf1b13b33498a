using System.Net;
using System.Text.RegularExpressions;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>The lists of employees and of enterprises: what a search finds, and that their pages together show everything once.</summary>
public sealed partial class ListPageTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    private const string Never = "0 0 0 29 2 ?";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("?q=欧", "e1 e2")]
    [InlineData("?q=欧阳", "e1")]
    [InlineData("?q=欧阳雪", "e1")]
    [InlineData("?q=雪", "e1 e4")]
    [InlineData("?q=Anna", "e3")]
    [InlineData("?q=ANNA", "e3")]
    [InlineData("?q=É", "e3")]
    [InlineData("?q=E4", "e4")]
    [InlineData("?q=100%25", "e2")]
    [InlineData("?q=_", "")]
    [InlineData("?q=%5C", "")]
    [InlineData("?q=nobody", "")]
    [InlineData("?q=gone", "")]
    [InlineData("?status=4", "e2")]
    [InlineData("?status=4&q=雪", "")]
    [InlineData("?department=2", "e1 e2")]
    [InlineData("?department=研发部", "e1 e2")]
    [InlineData("?department=研发部&q=雪", "e1")]
    // A department that is called like the number of another one.
    [InlineData("?department=3", "e3")]
    public async Task Employees_are_found_by_name_userid_department_and_state(string search, string found)
    {
        var tenant = await CompanyAsync();

        Assert.Equal(found, string.Join(' ', UserIds(await ReadAsync($"/e/{tenant}/employees{search}"))));
    }

    [Theory]
    [InlineData("销售部", "有多个这样的部门，请填写部门ID：销售部 (公司, 4), 销售部 (研发部, 5)")]
    [InlineData("无此部门", "没有这个部门")]
    public async Task Department_that_is_not_clear_is_said_beside_the_field_and_nothing_typed_is_lost(string department, string problem)
    {
        var tenant = await CompanyAsync();

        var page = await ReadAsync($"/e/{tenant}/employees?q=雪&department={department}");

        Assert.Contains(problem, page, StringComparison.Ordinal);
        Assert.Contains($"value=\"{department}\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"雪\"", page, StringComparison.Ordinal);
        Assert.Empty(UserIds(page));
    }

    [Fact]
    public async Task Pages_of_employees_show_everybody_once_in_the_order_of_their_ids()
    {
        var tenant = await served.Database.AddTenantAsync(Never);
        await served.Database.ExecuteAsync("""
            INSERT INTO mirror.users (tenant_id, user_id, name, detail, created_at, changed_at, fetched_at, removed_at)
            SELECT $1, 'p' || n, '员工' || n, 'full', now(), now(), now(), CASE WHEN n % 10 = 0 THEN now() END FROM generate_series(1, 150) AS n
            """, tenant);
        var home = $"/e/{await served.Database.KeyAsync(tenant)}/employees";

        var seen = new List<string>();
        var pages = 0;
        for (var next = home + "?q=员工"; next is not null; pages++)
        {
            var page = await ReadAsync(next);
            seen.AddRange(UserIds(page));
            next = Next().Match(page) is { Success: true } link ? home + link.Groups[1].Value : null;
        }

        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(1, 150).Where(n => n % 10 != 0).Select(n => $"p{n}").Order(StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task Enterprises_are_found_by_name_key_corp_id_and_state_with_their_figures_and_pages_show_each_once()
    {
        var mark = $"m{Guid.NewGuid():N}";
        await served.Database.ExecuteAsync("""
            INSERT INTO control.tenants (key, name, corp_id, enabled, time_zone, callback_key, state, max_removed_percent, max_removed, created_at, changed_at)
            SELECT $1 || lpad(n::text, 3, '0'), '企业' || n, 'ww' || $1 || n, n % 7 <> 0, 'Asia/Shanghai', $1 || n, CASE WHEN n = 1 THEN 'stopped' WHEN n = 2 THEN 'slowed' ELSE 'active' END, 10, 50, now(), now()
            FROM generate_series(1, 120) AS n
            """, mark);
        await served.Database.ExecuteAsync("""
            INSERT INTO mirror.users (tenant_id, user_id, name, detail, created_at, changed_at, fetched_at, removed_at)
            SELECT id, 'p' || n, 'x', 'full', now(), now(), now(), CASE WHEN n > 1234 THEN now() END FROM control.tenants, generate_series(1, 1300) AS n WHERE key = $1 || '003'
            """, mark);
        await served.Database.ExecuteAsync("""
            INSERT INTO mirror.departments (tenant_id, id, name, created_at, changed_at, fetched_at) SELECT id, n, 'x', now(), now(), now()
            FROM control.tenants, generate_series(1, 56) AS n WHERE key = $1 || '003'
            """, mark);

        var seen = new List<string>();
        for (var next = $"/operator/enterprises?q={mark}"; next is not null;)
        {
            var page = await ReadAsync(next);
            seen.AddRange(Keys(page));
            next = Next().Match(page) is { Success: true } link ? "/operator/enterprises" + link.Groups[1].Value : null;
        }

        Assert.Equal(Enumerable.Range(1, 120).Select(n => $"{mark}{n:000}"), seen);
        Assert.Equal([$"{mark}001"], Keys(await ReadAsync($"/operator/enterprises?q={mark}&state=stopped")));
        Assert.Equal([$"{mark}002"], Keys(await ReadAsync($"/operator/enterprises?q={mark}&state=slowed")));
        Assert.Equal(17, Keys(await ReadAsync($"/operator/enterprises?q={mark}&state=disabled")).Count);
        var one = await ReadAsync($"/operator/enterprises?q={mark.ToUpperInvariant()}003");
        Assert.Equal([$"{mark}003"], Keys(one));
        Assert.Contains("data-label=\"员工数\">1,234<", one, StringComparison.Ordinal);
        Assert.Contains("data-label=\"部门数\">56<", one, StringComparison.Ordinal);
    }

    /// <summary>Four people, one who left, and departments of which two have the same name.</summary>
    private async Task<string> CompanyAsync()
    {
        var tenant = await served.Database.AddTenantAsync(Never);
        await served.Database.ExecuteAsync("""
            INSERT INTO mirror.departments (tenant_id, id, parent_id, name, created_at, changed_at, fetched_at)
            SELECT $1, id, parent, name, now(), now(), now()
            FROM (VALUES (1, 0, '公司'), (2, 1, '研发部'), (3, 1, '市场部'), (4, 1, '销售部'), (5, 2, '销售部'), (6, 1, '3')) AS d (id, parent, name)
            """, tenant);
        await served.Database.ExecuteAsync("""
            INSERT INTO mirror.users (tenant_id, user_id, name, status, main_department_id, detail, created_at, changed_at, fetched_at, removed_at)
            SELECT $1, id, name, status, 1, 'full', now(), now(), now(), removed
            FROM (VALUES ('e1', '欧阳雪', 1, NULL), ('e2', '欧100%', 4, NULL), ('e3', 'Anna É', 1, NULL), ('e4', '李雪', 1, NULL), ('gone', '欧阳雪', 1, now()))
                AS u (id, name, status, removed)
            """, tenant);
        await served.Database.ExecuteAsync("""
            INSERT INTO mirror.user_departments (tenant_id, user_id, department_id, created_at, changed_at, fetched_at)
            SELECT $1, id, department, now(), now(), now() FROM (VALUES ('e1', 2), ('e2', 2), ('e3', 3), ('e4', 6)) AS m (id, department)
            """, tenant);
        return await served.Database.KeyAsync(tenant);
    }

    private async Task<string> ReadAsync(string page)
    {
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync();
        return WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(page, UriKind.Relative), Cancel));
    }

    private static IReadOnlyList<string> UserIds(string page) => [.. UserId().Matches(page).Select(match => match.Groups[1].Value)];

    private static IReadOnlyList<string> Keys(string page) => [.. Key().Matches(page).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("<td data-label=\"账号（userid）\"><code>([^<]+)</code>")]
    private static partial Regex UserId();

    [GeneratedRegex("<small><code>([^<]+)</code></small>")]
    private static partial Regex Key();

    [GeneratedRegex("class=\"pages\"><a[^>]* href=\"([^\"]+)\"")]
    private static partial Regex Next();
}
