using System.Net;
using System.Text.RegularExpressions;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>Who may do everything is decided on purpose, can be undone, and never leaves nobody who may.</summary>
public sealed partial class OperatorAccountsTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    private const string Page = "/operator/accounts";
    private const string New = "/operator/enterprises/new";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Add", "email", "enterpriseKey", "此项必填。")]
    [InlineData("Operator", "operatorEmail", "confirm", "请勾选确认。")]
    public async Task Field_left_empty_makes_nobody_an_operator(string handler, string email, string left, string problem)
    {
        using var browser = await OperatorAsync();
        var address = $"{Guid.NewGuid():N}@example.com";
        using var answer = await browser.SubmitAsync(Page, $"{Page}?handler={handler}", (email, address), (left, ""));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var html = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Contains($"id=\"{left}-problem\" class=\"problem\" aria-live=\"polite\">{problem}<", html, StringComparison.Ordinal);
        Assert.Contains($"value=\"{address}\"", html, StringComparison.Ordinal);
        Assert.Equal("0 accounts, 0 entries", await TracesAsync(address));
    }

    [Fact]
    public async Task Operator_is_made_with_a_confirmation_and_demoted_and_deleted_again_and_each_ends_the_sessions()
    {
        using var browser = await OperatorAsync();
        var address = $"{Guid.NewGuid():N}@example.com";
        using var made = await browser.SubmitAsync(Page, $"{Page}?handler=Operator", ("operatorEmail", address), ("confirm", "true"));
        Assert.Equal(HttpStatusCode.Found, made.StatusCode);
        var list = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(Page, UriKind.Relative), Cancel));
        Assert.DoesNotContain("管理员 " + address, list, StringComparison.Ordinal);
        var password = FirstPassword().Match(list).Groups[1].Value;

        using var other = served.Worker.Visit();
        using var login = await other.LogInAsync(password, address);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(other, Page));
        var id = await served.Database.ReadAsync<long>("SELECT id FROM control.accounts WHERE email = $1 AND is_operator", address);

        using var demoted = await browser.SubmitAsync(Page, $"{Page}?handler=Demote", ("account", $"{id}"));
        Assert.Equal(HttpStatusCode.Found, demoted.StatusCode);
        Assert.Equal(HttpStatusCode.Found, await StatusAsync(other, Page));
        using var again = await other.LogInAsync(password, address);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(other, Page));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(other, "/account"));

        using var deleted = await browser.SubmitAsync(Page, $"{Page}?handler=Delete", ("account", $"{id}"));
        Assert.Equal(HttpStatusCode.Found, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.Found, await StatusAsync(other, "/account"));
        Assert.Equal(0, await served.Database.ReadAsync<long>("SELECT count(*) FROM control.accounts WHERE id = $1", id));
        Assert.Equal("operator_added 0, operator_removed 0, account_removed 0", await served.Database.ReadAsync<string>(
            "SELECT string_agg(action || ' ' || tenant_id, ', ' ORDER BY id) FROM control.audit WHERE detail = $1", address));
    }

    [Fact]
    public async Task Last_operator_and_the_configured_one_stay()
    {
        using var browser = await OperatorAsync();
        var configured = await served.Database.ReadAsync<long>("SELECT id FROM control.accounts WHERE email = $1", TestWorker.Email);
        var others = $"UPDATE control.accounts SET is_operator = false WHERE is_operator AND id <> {configured}";
        foreach (var handler in new[] { "Demote", "Delete" })
        {
            await served.Database.ExecuteAsync(others);
            await AssertKeptAsync(handler, "这是最后一个运维人员");
            using var made = await browser.SubmitAsync(Page, $"{Page}?handler=Operator", ("operatorEmail", $"{Guid.NewGuid():N}@example.com"), ("confirm", "true"));
            await AssertKeptAsync(handler, "这是配置的运维账号");
        }

        async Task AssertKeptAsync(string handler, string why)
        {
            using var answer = await browser.SubmitAsync(Page, $"{Page}?handler={handler}", ("account", $"{configured}"));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            Assert.Contains(why, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancel)), StringComparison.Ordinal);
            Assert.True(await served.Database.ReadAsync<bool>("SELECT is_operator FROM control.accounts WHERE id = $1", configured));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, Page));
        }
    }

    [Theory]
    [InlineData("a@")]
    [InlineData("somebody@")]
    [InlineData("@example.com")]
    [InlineData("some@body@example.com")]
    [InlineData("some body@example.com")]
    [InlineData("some\u200bbody@example.com")]
    public async Task Wrong_address_of_an_administrator_is_told_at_its_field_and_nothing_is_saved(string email)
    {
        using var browser = await OperatorAsync();
        var key = $"new-{Guid.NewGuid():N}";
        using var answer = await browser.SubmitAsync(New, New, ("name", "新企业"), ("key", key), ("corpId", "ww0123456789abcdef"), ("email", email));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(">邮箱格式不正确。<", WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancel)), StringComparison.Ordinal);
        Assert.Equal("0 accounts, 0 entries", await TracesAsync(key));
        Assert.Equal(0, await served.Database.ReadAsync<long>("SELECT count(*) FROM control.tenants WHERE key = $1", key));
    }

    [Fact]
    public async Task Enterprise_is_not_added_when_its_administrator_cannot_be()
    {
        using var browser = await OperatorAsync();
        var key = $"new-{Guid.NewGuid():N}";
        await served.Database.ExecuteAsync($"ALTER TABLE control.accounts ADD CONSTRAINT ck_refused CHECK (email <> '{key}@example.com')");
        using (var answer = await browser.SubmitAsync(New, New, ("name", "新企业"), ("key", key), ("corpId", "ww0123456789abcdef"), ("email", $"{key}@example.com")))
        {
            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        }

        Assert.Equal("0 accounts, 0 entries", await TracesAsync(key));
        Assert.Equal(0, await served.Database.ReadAsync<long>("SELECT count(*) FROM control.tenants WHERE key = $1", key));
        await served.Database.ExecuteAsync("ALTER TABLE control.accounts DROP CONSTRAINT ck_refused");

        using var added = await browser.SubmitAsync(New, New, ("name", "新企业"), ("key", key), ("corpId", "ww0123456789abcdef"), ("email", $"{key}@example.com"));
        Assert.Equal(HttpStatusCode.Found, added.StatusCode);
        Assert.Equal("enterprise_added, administrator_added | false", await served.Database.ReadAsync<string>("""
            SELECT (SELECT string_agg(action, ', ' ORDER BY id) FROM control.audit WHERE tenant_id = t.id) || ' | ' || a.is_operator
            FROM control.tenants t JOIN control.account_tenants r ON r.tenant_id = t.id JOIN control.accounts a ON a.id = r.account_id
            WHERE t.key = $1 AND a.email = t.key || '@example.com'
            """, key));
    }

    [GeneratedRegex("的初始密码：(\\w+)")]
    private static partial Regex FirstPassword();

    private static async Task<HttpStatusCode> StatusAsync(HttpClient browser, string page)
    {
        using var answer = await browser.OpenAsync(page);
        return answer.StatusCode;
    }

    private async Task<HttpClient> OperatorAsync()
    {
        var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync();
        return browser;
    }

    private Task<string> TracesAsync(string mark) => served.Database.ReadAsync<string>("""
        SELECT (SELECT count(*) FROM control.accounts WHERE email LIKE $1 || '%') || ' accounts, '
            || (SELECT count(*) FROM control.audit WHERE detail LIKE $1 || '%') || ' entries'
        """, mark);
}
