using System.Globalization;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

/// <summary>Lists that give a new cursor for the same rows again and again end, and not as if they were whole.</summary>
public sealed class EndlessListTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("user/list_id", """{"errcode":0,"dept_user":[{"userid":"a","department":1}],"next_cursor":"c@"}""")]
    [InlineData("user/list_id", """{"errcode":0,"dept_user":[],"next_cursor":"c@"}""")]
    [InlineData("externalcontact/batch/get_by_user", """{"errcode":0,"external_contact_list":[{"external_contact":{"external_userid":"x"},"follow_info":{"userid":"a"}}],"next_cursor":"c@"}""")]
    [InlineData("externalcontact/groupchat/list", """{"errcode":0,"group_chat_list":[{"chat_id":"x","status":0}],"next_cursor":"c@"}""")]
    [InlineData("externalcontact/get", """{"errcode":0,"external_contact":{"external_userid":"x"},"follow_user":[{"userid":"a"}],"next_cursor":"c@"}""")]
    public async Task List_that_never_ends_is_given_up(string path, string body)
    {
        await using var stub = await WeComStub.StartAsync();
        stub.On(path, call => call.Number > 1000
            ? call.AnswerAsync(404, "text/plain", "")
            : call.JsonAsync(body.Replace("@", call.Number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App, Channel.Contacts, Channel.Customers);

        var failure = await Assert.ThrowsAsync<WeComException>(async () => _ = path switch
        {
            "user/list_id" => await process.Client.ListUserIdsAsync(caller, Cancel).CountAsync(Cancel),
            "externalcontact/batch/get_by_user" => await process.Customers.ReadFollowsAsync(caller, ["a"], Cancel).CountAsync(Cancel),
            "externalcontact/groupchat/list" => (await process.Customers.ListGroupChatsAsync(caller, ["a"], Cancel)).Count,
            _ => (await process.Customers.GetCustomerAsync(caller, "x", Cancel)).Follows.Count,
        });

        Assert.Equal(WeComErrorClass.Restart, failure.Class);
        Assert.Contains("was read already", failure.Message, StringComparison.Ordinal);
    }
}
