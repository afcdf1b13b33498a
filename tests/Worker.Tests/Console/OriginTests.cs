using System.Net;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>CO 17: who may say where a request comes from, and under which names pages are shown.</summary>
public sealed class OriginTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Source_that_a_header_names_is_believed_from_configured_proxies_alone()
    {
        await using var behind = await TestWorker.StartAsync(
            served.Database.ConnectionString, "--Console:TrustedProxies=127.0.0.1, 10.9.0.0/16", "--Console:PublicUrl=http://console.example.com");
        Assert.Equal("192.0.2.71", await SourceAsync(behind, "192.0.2.71"));
        // What the visitor himself put before it is his word alone.
        Assert.Equal("192.0.2.72", await SourceAsync(behind, "203.0.113.9, 192.0.2.72"));
        Assert.Equal("192.0.2.73", await SourceAsync(behind, "192.0.2.73, 10.9.1.1"));
        Assert.Equal("127.0.0.1", await SourceAsync(served.Worker, "192.0.2.74"));
    }

    [Fact]
    public async Task Pages_are_shown_under_the_consoles_own_name_alone_and_health_under_any()
    {
        await using var named = await TestWorker.StartAsync(served.Database.ConnectionString, "--Console:PublicUrl=http://console.example.com");
        foreach (var (host, shown) in new[]
        {
            ("console.example.com", true), ("CONSOLE.example.com:8443", true), ("localhost:5080", true), ("[::1]:5080", true),
            ("evil.example.com", false), ("console.example.com.evil.example", false), ("192.0.2.7", false),
        })
        {
            foreach (var (page, answered) in new[] { ("/login", shown), ("/assets/console.css", shown), ("/hangfire", shown), ("/healthz", true), ("/readyz", true) })
            {
                using var answer = await AskAsync(named, page, host);
                Assert.True(answer.StatusCode == HttpStatusCode.BadRequest != answered, $"{page} for {host}: {answer.StatusCode}");
            }
        }
    }

    [Theory]
    [InlineData("192.0.2.7:5080", true)]
    [InlineData("evil.example.com", false)]
    public async Task Without_a_name_of_its_own_the_console_is_shown_by_address(string host, bool shown)
    {
        using var answer = await AskAsync(served.Worker, "/login", host);
        Assert.Equal(shown ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static async Task<HttpResponseMessage> AskAsync(TestWorker worker, string page, string host)
    {
        using var browser = worker.Visit();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(page, UriKind.Relative));
        request.Headers.Host = host;
        return await browser.SendAsync(request, Cancel);
    }

    /// <returns>Where the audit log says that a login came from.</returns>
    private async Task<string> SourceAsync(TestWorker worker, string forwarded)
    {
        var email = await served.Database.AddAdministratorAsync(await served.Database.AddTenantAsync("0 0 0 29 2 ?"));
        using var browser = worker.Visit();
        browser.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);
        using var login = await browser.LogInAsync(email: email);
        Assert.Equal(HttpStatusCode.Found, login.StatusCode);
        return await served.Database.ReadAsync<string>("SELECT address FROM control.audit WHERE who = $1 ORDER BY id DESC LIMIT 1", email);
    }
}
