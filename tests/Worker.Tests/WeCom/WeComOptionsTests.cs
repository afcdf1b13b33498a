using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

public sealed class WeComOptionsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("WeCom:BaseUrl", "qyapi.weixin.qq.com")]
    [InlineData("WeCom:BaseUrl", "ftp://qyapi.weixin.qq.com")]
    [InlineData("WeCom:BaseUrl", "https://qyapi.weixin.qq.com?x=1")]
    [InlineData("WeCom:BaseUrl", "")]
    [InlineData("WeCom:CallsInFlight", "0")]
    [InlineData("WeCom:CallsPerMinute", "0")]
    [InlineData("WeCom:CallsPerHour", "-1")]
    [InlineData("WeCom:CallsPerMinuteOfAllTenants", "0")]
    [InlineData("WeCom:CallsPerHourOfAllTenants", "0")]
    [InlineData("WeCom:TryTimeout", "00:00:00")]
    [InlineData("WeCom:TryTimeout", "soon")]
    [InlineData("WeCom:StallTimeout", "-00:00:01")]
    [InlineData("WeCom:Retries", "11")]
    [InlineData("WeCom:RetryDelay", "1.00:00:00")]
    [InlineData("WeCom:ThrottleWindow", "00:00:00")]
    [InlineData("WeCom:ThrottlePatience", "-00:00:01")]
    [InlineData("Http:Proxy", "proxy.example.com")]
    public void Wrong_setting_is_refused_at_start_by_name(string key, string value)
    {
        var failure = Record.Exception(() => Validate((key, value)));

        Assert.NotNull(failure);
        Assert.Contains(key, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WeCom:BaseUrl", "http://127.0.0.1:7070/")]
    [InlineData("WeCom:ThrottlePatience", "00:00:00")]
    [InlineData("Http:Proxy", "http://user:pass@proxy.example.com:3128")]
    [InlineData("Http:Proxy", "")]
    public void Right_setting_is_taken(string key, string value) => Validate((key, value));

    [Fact]
    public void Defaults_are_valid() => Validate();

    [Fact]
    public async Task Calls_go_through_the_proxy_that_is_set()
    {
        await using var proxy = await WeComStub.StartAsync();
        proxy.Answer("tag/list", """{"errcode":0,"taglist":[{"tagid":1}]}""");
        await using var process = WeComProcess.Start(database, "http://wecom.invalid", null, ("Http:Proxy", proxy.BaseUrl));
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        Assert.Single(await process.Client.ListTagsAsync(caller, TestContext.Current.CancellationToken));

        Assert.Equal(["wecom.invalid", "wecom.invalid"], proxy.Calls.Select(c => c.Host));
    }

    private static void Validate(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, string? (s) => s.Value)).Build();
        using var services = new ServiceCollection().AddLogging().AddWeComClient(configuration).BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();
    }
}
