using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using WeComSync.Domain.Storage;
using WeComSync.Worker.WebConsole;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

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
    public void Hash_of_a_password_is_taken_in_the_place_of_the_password()
    {
        var hash = new PasswordHasher<string>().HashPassword("", Password);
        var options = Read(("Console:Operator:Password", null), ("Console:Operator:PasswordHash", hash));

        Assert.Equal(hash, options.Operator.Hash);
        Assert.Equal("op@example.com", options.Operator.Email);
    }

    [Fact]
    public void Stamp_changes_with_the_password_and_not_when_the_worker_restarts()
    {
        Assert.Equal(Read().Operator.Stamp, Read().Operator.Stamp);
        Assert.NotEqual(Read().Operator.Stamp, Read(("Console:Operator:Password", Password + "!")).Operator.Stamp);
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
