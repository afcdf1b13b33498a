using System.Net;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

public sealed class AccountTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    private const string Another = "another long password";

    [Fact]
    public async Task Password_change_ends_every_other_session_and_the_old_password()
    {
        var email = await served.Database.AddAdministratorAsync(await served.Database.AddTenantAsync("0 0 0 29 2 ?"));
        using var here = served.Worker.Visit();
        using var there = served.Worker.Visit();
        using var first = await here.LogInAsync(email: email);
        using var second = await there.LogInAsync(email: email);

        using var refused = await here.SubmitAsync("/account", "/account", ("current", "wrong"), ("wanted", Another));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        using var tooShort = await here.SubmitAsync("/account", "/account", ("current", TestWorker.Password), ("wanted", "short"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, tooShort.StatusCode);
        using var changed = await here.SubmitAsync("/account", "/account", ("current", TestWorker.Password), ("wanted", Another));
        Assert.Equal(HttpStatusCode.Found, changed.StatusCode);

        using var still = await here.OpenAsync("/account");
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
        using var ended = await there.OpenAsync("/account");
        Assert.Equal(HttpStatusCode.Found, ended.StatusCode);
        using var old = await there.LogInAsync(email: email);
        Assert.Equal(HttpStatusCode.Unauthorized, old.StatusCode);
        using var now = await there.LogInAsync(Another, email);
        Assert.Equal(HttpStatusCode.Found, now.StatusCode);
    }

    [Fact]
    public async Task Configured_password_that_changes_is_set_and_ends_sessions_and_one_that_stays_does_not_undo_a_change()
    {
        var database = served.Database.ConnectionString;
        const string Operator = "--Console:Operator:Email=recovery@example.com";
        await using (var worker = await TestWorker.StartAsync(database, Operator))
        {
            using var browser = worker.Visit();
            using var login = await browser.LogInAsync(email: "recovery@example.com");
            using var changed = await browser.SubmitAsync("/account", "/account", ("current", TestWorker.Password), ("wanted", Another));
            Assert.Equal(HttpStatusCode.Found, changed.StatusCode);
        }

        await using (var worker = await TestWorker.StartAsync(database, Operator))
        {
            using var browser = worker.Visit();
            using var old = await browser.LogInAsync(email: "recovery@example.com");
            Assert.Equal(HttpStatusCode.Unauthorized, old.StatusCode);
            using var own = await browser.LogInAsync(Another, "recovery@example.com");
            Assert.Equal(HttpStatusCode.Found, own.StatusCode);
        }

        await using (var worker = await TestWorker.StartAsync(database, Operator, "--Console:Operator:Password=recovered password"))
        {
            using var browser = worker.Visit();
            using var login = await browser.LogInAsync("recovered password", "recovery@example.com");
            Assert.Equal(HttpStatusCode.Found, login.StatusCode);
        }
    }
}
