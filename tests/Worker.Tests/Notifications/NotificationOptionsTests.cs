using System.Net;
using WeComSync.Worker.Notifications;
using Xunit;

namespace WeComSync.Worker.Tests.Notifications;

public sealed class NotificationOptionsTests
{
    [Theory]
    [InlineData("ftp://example.com/x")]
    [InlineData("http://example.com/x")]
    [InlineData("https://user:word@example.com/x")]
    [InlineData("not an address")]
    public void Wrong_address_is_refused_with_its_key_and_not_quoted(string address)
    {
        var result = new NotificationOptionsValidator().Validate(null, new NotificationOptions { RobotUrl = address });

        Assert.True(result.Failed);
        Assert.Contains("Notifications:RobotUrl", result.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain(address, result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Good_settings_pass()
    {
        var options = new NotificationOptions
        {
            RobotUrl = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x",
            WebhookUrl = "https://example.com/hook",
            WebhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        };
        Assert.True(new NotificationOptionsValidator().Validate(null, options).Succeeded);
        Assert.True(new NotificationOptionsValidator().Validate(null, new NotificationOptions()).Succeeded);
    }

    [Theory]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    public void Weak_secret_is_refused(string secret) =>
        Assert.Contains("Notifications:WebhookSecret", new NotificationOptionsValidator().Validate(null, new NotificationOptions { WebhookSecret = secret }).FailureMessage);

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("101.226.103.61", true)]
    [InlineData("2400:3200::1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("0.1.2.3", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.127.255.255", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("::7f00:1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd12::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    public void Only_public_addresses_are_public(string address, bool expected) =>
        Assert.Equal(expected, PublicAddresses.IsPublic(IPAddress.Parse(address)));
}
