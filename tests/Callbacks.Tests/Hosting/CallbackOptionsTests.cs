using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using WeComSync.Callbacks.Hosting;
using WeComSync.Domain.Storage;
using Xunit;

namespace WeComSync.Callbacks.Tests.Hosting;

public sealed class CallbackOptionsTests
{
    [Fact]
    public void Everything_has_a_default()
    {
        var options = Read();
        Assert.Equal((null, "/srv/app/spool", 1L << 30, 100_000L, 2000),
            (options.ManagementUrl, options.SpoolPath, options.SpoolLimitBytes, options.MostWaiting, options.MaxConnections));
        Assert.Empty(options.TrustedProxies);
    }

    [Fact]
    public void Settings_are_read()
    {
        var options = Read(
            ("ManagementUrl", "http://127.0.0.1:9081"), ("SpoolPath", "/var/spool/wecomsync"), ("SpoolLimitBytes", "2000000"),
            ("MostWaiting", "5000"), ("MaxConnections", "50"), ("TrustedProxies", "10.0.0.5, 10.1.0.0/16,::1"));
        Assert.Equal(
            ("http://127.0.0.1:9081", "/var/spool/wecomsync", 2_000_000L, 5_000L, 50),
            (options.ManagementUrl, options.SpoolPath, options.SpoolLimitBytes, options.MostWaiting, options.MaxConnections));
        Assert.Equal(["10.0.0.5/32", "10.1.0.0/16", "::1/128"], options.TrustedProxies.Select(proxy => proxy.ToString()));
    }

    [Theory]
    [InlineData("ManagementUrl", "9081")]
    [InlineData("ManagementUrl", "http://127.0.0.1:0")]
    [InlineData("ManagementUrl", "http://127.0.0.1:5081")]
    [InlineData("ManagementUrl", "https://127.0.0.1:9081")]
    [InlineData("ManagementUrl", "http://127.0.0.1:9081/metrics")]
    [InlineData("MostWaiting", "999")]
    [InlineData("SpoolLimitBytes", "1GB")]
    [InlineData("SpoolLimitBytes", "-1")]
    [InlineData("SpoolLimitBytes", "0")]
    [InlineData("MaxConnections", "0")]
    [InlineData("MaxConnections", "1e3")]
    [InlineData("TrustedProxies", "proxy.example.com")]
    [InlineData("TrustedProxies", "10.0.0.0/33")]
    public void Wrong_setting_is_refused_by_its_key(string key, string value)
    {
        var wrong = Assert.Throws<ConfigurationException>(() => Read((key, value)));
        Assert.StartsWith($"Callbacks:{key} ", wrong.Message, StringComparison.Ordinal);
    }

    private static CallbackOptions Read(params (string Key, string Value)[] settings) => CallbackOptions.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Callbacks:{s.Key}", (string?)s.Value)).Append(KeyValuePair.Create("Urls", (string?)"http://localhost:5000;http://*:5081"))).Build(),
        new TestEnvironment());

    private sealed class TestEnvironment : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Production";

        public string ApplicationName { get; set; } = "WeComSync.Callbacks";

        public string ContentRootPath { get; set; } = "/srv/app";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
