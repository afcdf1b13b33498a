using System.Net;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <remarks>Failures are remembered per address, and all tests come from the same: one test that fails on purpose, in a class of its own.</remarks>
public sealed class LoginTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    [Fact]
    public async Task Wrong_logins_are_refused_and_repeated_ones_shut_out_the_right_one_too()
    {
        using var browser = served.Worker.Visit();
        using var wrongEmail = await browser.LogInAsync(email: "somebody@example.com");
        Assert.Equal(HttpStatusCode.Unauthorized, wrongEmail.StatusCode);
        for (var i = 0; i < 4; i++)
        {
            using var wrong = await browser.LogInAsync(password: $"wrong password {i}");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
            Assert.DoesNotContain(wrong.Headers, header => header.Key == "Set-Cookie" && header.Value.Any(value => value.StartsWith("wecomsync=", StringComparison.Ordinal)));
        }

        using var right = await browser.LogInAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, right.StatusCode);
        using var page = await browser.OpenAsync("/");
        Assert.Equal(HttpStatusCode.Found, page.StatusCode);
    }
}
