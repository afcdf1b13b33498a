using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using WeComSync.Domain.Storage;
using WeComSync.Worker.OperatorConsole;
using Xunit;

namespace WeComSync.Worker.Tests.OperatorConsole;

public sealed class ConsoleOptionsTests
{
    private const string Password = "correct horse battery";

    [Theory]
    [InlineData("Console:Operator:Email", null, "Console:Operator:Email")]
    [InlineData("Console:Operator:Email", "operator", "Console:Operator:Email")]
    [InlineData("Console:Operator:Password", null, "Console:Operator:Password and Console:Operator:PasswordHash")]
    [InlineData("Console:Operator:Password", "short", "Console:Operator:Password")]
    [InlineData("Console:Operator:PasswordHash", "AQAAAAIAAYagAAAAE", "Console:Operator:Password and Console:Operator:PasswordHash")]
    [InlineData("Console:PublicUrl", "console.example.com", "Console:PublicUrl")]
    [InlineData("Console:PublicUrl", "ftp://console.example.com", "Console:PublicUrl")]
    public void Wrong_setting_is_refused_with_its_key(string key, string? value, string named)
    {
        var wrong = Assert.Throws<ConfigurationException>(() => Read((key, value)));
        Assert.Contains(named, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("short", wrong.Message.Replace("shorter", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Hash_of_a_password_does_as_well_as_the_password()
    {
        var hash = new PasswordHasher<string>().HashPassword("", Password);
        var options = Read(("Console:Operator:Password", null), ("Console:Operator:PasswordHash", hash));

        Assert.True(options.Operator.Verify("OP@example.com", Password));
        Assert.False(options.Operator.Verify("op@example.com", Password + "x"));
    }

    [Theory]
    [InlineData("not base 64!")]
    [InlineData("AAAA")]
    public void Text_that_is_no_hash_is_refused_with_its_key(string text)
    {
        var wrong = Assert.Throws<ConfigurationException>(() => Read(("Console:Operator:Password", null), ("Console:Operator:PasswordHash", text)));
        Assert.Contains("Console:Operator:PasswordHash", wrong.Message, StringComparison.Ordinal);
    }

    private static ConsoleOptions Read(params (string Key, string? Value)[] changes)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Console:Operator:Email"] = "op@example.com",
            ["Console:Operator:Password"] = Password,
        };
        foreach (var (key, value) in changes)
        {
            settings[key] = value;
        }

        return ConsoleOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
    }
}
