using System.Net;
using System.Text.RegularExpressions;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

public sealed partial class ConsoleSecurityTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/", false)]
    [InlineData("/", true)]
    [InlineData("/hangfire", false)]
    [InlineData("/hangfire", true)]
    [InlineData("/hangfire/", true)]
    [InlineData("/hangfire/jobs/enqueued", true)]
    [InlineData("/hangfire/servers", false)]
    [InlineData("/logout", false)]
    [InlineData("/nowhere", false)]
    public async Task Strangers_are_sent_to_the_login_also_from_this_machine_and_through_a_proxy(string page, bool proxied)
    {
        using var browser = served.Worker.Visit();
        if (proxied)
        {
            browser.DefaultRequestHeaders.Add("X-Forwarded-For", "127.0.0.1");
            browser.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        }

        using var answer = await browser.OpenAsync(page);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.StartsWith("/login?ReturnUrl=", answer.Headers.Location?.OriginalString, StringComparison.Ordinal);
        Assert.Empty(await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData("/hangfire/stats")]
    [InlineData("/hangfire/jobs/enqueued/delete")]
    [InlineData("/hangfire/recurring/trigger")]
    [InlineData("/")]
    public async Task Strangers_can_post_nothing(string page)
    {
        using var browser = served.Worker.Visit();
        using var answer = await browser.PostAsync(new Uri(page, UriKind.Relative), null, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Operator_logs_in_sees_console_and_dashboard_and_logs_out()
    {
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync(page: "/login?ReturnUrl=%2Fhangfire");
        Assert.Equal("/hangfire", login.Headers.Location?.OriginalString);

        Assert.Contains("企业平台管理", await browser.GetStringAsync(new Uri("/operator/enterprises", UriKind.Relative), Cancel), StringComparison.Ordinal);
        var dashboard = await browser.GetStringAsync(new Uri("/hangfire", UriKind.Relative), Cancel);
        Assert.Contains("WeComSync jobs", dashboard, StringComparison.Ordinal);
        Assert.DoesNotContain("PostgreSQL Server", dashboard, StringComparison.Ordinal);

        using var logout = await browser.SubmitAsync("/operator/enterprises", "/logout");
        Assert.Equal("/login", logout.Headers.Location?.OriginalString);
        using var after = await browser.OpenAsync("/hangfire");
        Assert.Equal(HttpStatusCode.Found, after.StatusCode);
    }

    [Fact]
    public async Task Session_cookie_is_out_of_reach_of_scripts_and_of_other_sites_forms()
    {
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync();

        var cookie = Assert.Single(login.Headers.GetValues("Set-Cookie"), value => value.StartsWith("wecomsync=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Behind_https_the_cookies_are_for_https_and_this_host_alone()
    {
        await using var worker = await TestWorker.StartAsync(served.Database.ConnectionString, "--Console:PublicUrl=https://console.example.com");
        using var browser = worker.Visit();
        using var answer = await browser.OpenAsync("/login");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("__Host-wecomsync-form=", cookie, StringComparison.Ordinal);
        Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; path=/;", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("max-age", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example.com/")]
    [InlineData("//evil.example.com/")]
    [InlineData("/\\evil.example.com")]
    [InlineData("javascript:alert(1)")]
    public async Task Login_leads_to_no_other_site(string destination)
    {
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync(page: $"/login?ReturnUrl={Uri.EscapeDataString(destination)}");
        Assert.Equal("/", login.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("/login")]
    [InlineData("/logout")]
    public async Task Form_without_an_antiforgery_token_is_refused(string page)
    {
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync();
        Assert.Equal(HttpStatusCode.Found, login.StatusCode);

        using var form = new FormUrlEncodedContent([KeyValuePair.Create("email", TestWorker.Email), KeyValuePair.Create("password", TestWorker.Password)]);
        using var answer = await browser.PostAsync(new Uri(page, UriKind.Relative), form, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Dashboard_takes_orders_only_with_its_antiforgery_token()
    {
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync();
        using var without = await browser.PostAsync(new Uri("/hangfire/stats", UriKind.Relative), null, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, without.StatusCode);

        var page = await browser.GetStringAsync(new Uri("/hangfire", UriKind.Relative), Cancel);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/hangfire/stats", UriKind.Relative));
        request.Headers.Add(Meta("csrf-header", page), Meta("csrf-token", page));
        request.Content = new FormUrlEncodedContent([KeyValuePair.Create("metrics[]", "enqueued:count")]);
        using var with = await browser.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, with.StatusCode);
    }

    [Theory]
    [InlineData("/login", false)]
    [InlineData("/operator/enterprises", true)]
    [InlineData("/hangfire", true)]
    [InlineData("/assets/console.css", false)]
    public async Task Every_answer_tells_browsers_what_not_to_do(string page, bool loggedIn)
    {
        using var browser = served.Worker.Visit();
        if (loggedIn)
        {
            using var login = await browser.LogInAsync();
        }

        using var answer = await browser.OpenAsync(page);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("script-src[^;]*unsafe", policy);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.False(answer.Headers.Contains("Server"));
        Assert.Equal(!page.StartsWith("/assets/", StringComparison.Ordinal), answer.Headers.CacheControl?.NoStore ?? false);
    }

    [GeneratedRegex("<script(?![^>]*src=)|\\son[a-z]+=", RegexOptions.IgnoreCase)]
    private static partial Regex InlineScript();

    [Theory]
    [InlineData("/login")]
    [InlineData("/operator/enterprises")]
    [InlineData("/hangfire")]
    [InlineData("/hangfire/jobs/enqueued")]
    [InlineData("/hangfire/servers")]
    public async Task No_page_needs_inline_script(string page)
    {
        using var browser = served.Worker.Visit();
        if (page != "/login")
        {
            using var login = await browser.LogInAsync();
        }

        Assert.DoesNotMatch(InlineScript(), await browser.GetStringAsync(new Uri(page, UriKind.Relative), Cancel));
    }

    [Fact]
    public async Task Names_of_tenants_are_shown_as_text()
    {
        var tenant = await served.Database.AddTenantAsync("0 0 0 29 2 ?");
        await served.Database.ExecuteAsync("UPDATE control.tenants SET name = $2 WHERE id = $1", tenant, "<script>alert(1)</script>\u202Eevil\r\n");
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync();

        var page = await browser.GetStringAsync(new Uri("/operator/enterprises", UriKind.Relative), Cancel);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;evil ", page, StringComparison.Ordinal);
    }

    private static string Meta(string name, string page) => Regex.Match(page, $"<meta name=\"{name}\" content=\"([^\"]+)\"").Groups[1].Value;
}
