using System.Net;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Hosting;

/// <summary>The host that strangers reach serves neither the job dashboard nor a page of the console.</summary>
public sealed class DashboardTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("/hangfire")]
    [InlineData("/hangfire/jobs/enqueued")]
    [InlineData("/login")]
    [InlineData("/operator/enterprises")]
    [InlineData("/")]
    public async Task Nothing_of_the_console_is_here(string page)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        using var answer = await host.Client.GetAsync(new Uri(page, UriKind.Relative), ct);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsStringAsync(ct));
    }
}
