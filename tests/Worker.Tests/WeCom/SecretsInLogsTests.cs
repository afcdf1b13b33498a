using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

/// <summary>Canaries in every place of a secret; everything logged at every level, and everything thrown, is searched for them.</summary>
public sealed class SecretsInLogsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Secret = "CANARY+secret/1=";
    private const string Token = "CANARY+token/2=";
    private const string Person = "CANARY-name";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("good", null)]
    [InlineData("repeats the credential", null)]
    [InlineData("refuses the token", null)]
    [InlineData("html", null)]
    [InlineData("truncated", null)]
    [InlineData("reset", null)]
    [InlineData("silence", null)]
    [InlineData("redirect", null)]
    [InlineData("wrong gettoken", null)]
    [InlineData("good", "http://CANARY-user:CANARY-password@127.0.0.1:9")]
    public async Task No_secret_and_no_person_reaches_a_log_or_an_exception(string answer, string? proxy)
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("gettoken", answer == "wrong gettoken"
            ? $$"""{"errcode":40001,"errmsg":"invalid credential corpsecret={{Secret}}, hint: [1]"}"""
            : $$"""{"errcode":0,"errmsg":"ok","access_token":"{{Token}}","expires_in":7200}""");
        foreach (var path in (string[])["tag/list", "user/list", "user/get"])
        {
            stub.On(path, call => AnswerAsync(call, answer));
        }

        (string, string)[] settings =
            [("WeCom:TryTimeout", "00:00:00.500"), ("WeCom:StallTimeout", "00:00:00.500"), ("WeCom:Retries", "1"), .. proxy is null ? [] : new[] { ("Http:Proxy", proxy) }];
        await using var process = WeComProcess.Start(database, stub.BaseUrl, null, settings);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);
        await WeComProcess.SetSecretAsync(database, caller, Secret);
        var client = process.Client;

        var thrown = new List<string>();
        foreach (var call in (Func<Task>[])
            [
                () => client.ListTagsAsync(caller, Cancel),
                () => client.GetUserAsync(caller, "zhangsan", Cancel),
                async () => await client.ListUsersAsync(caller, 1, false, Cancel).ToListAsync(Cancel),
            ])
        {
            if (await Record.ExceptionAsync(call) is { } failure)
            {
                thrown.Add(failure.ToString());
            }
        }

        var text = string.Join('\n', [process.Logs.Text, .. thrown]);
        Assert.Equal(answer != "good" || proxy is not null, thrown.Count > 0);
        Assert.DoesNotContain("CANARY", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Uri.EscapeDataString(Secret), text, StringComparison.Ordinal);
        Assert.DoesNotContain("?access_token", text, StringComparison.Ordinal);
    }

    private static Task AnswerAsync(StubCall call, string answer)
    {
        var good = $$"""{"errcode":0,"errmsg":"ok","userid":"zhangsan","name":"{{Person}}","taglist":[],"userlist":[{"userid":"a","name":"{{Person}}"}]}""";
        switch (answer)
        {
            case "repeats the credential":
                return call.JsonAsync($$"""{"errcode":60011,"errmsg":"no privilege for {{Token}} access_token={{Token}}, hint: [{{Token}}]"}""");
            case "refuses the token":
                return call.JsonAsync($$"""{"errcode":40014,"errmsg":"invalid access_token {{Token}}"}""");
            case "html":
                return call.AnswerAsync(200, "text/html", $"<html>{call.Query}{Person}</html>");
            case "truncated":
                return call.JsonAsync(good[..^10]);
            case "reset":
                call.Reset();
                return Task.CompletedTask;
            case "silence":
                return call.HangAsync();
            case "redirect":
                return call.AnswerAsync(302, "text/html", call.Query);
            default:
                return call.JsonAsync(good);
        }
    }
}
