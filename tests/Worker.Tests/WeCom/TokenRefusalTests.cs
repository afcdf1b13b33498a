using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using WeComSync.Worker.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

public sealed class TokenRefusalTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Tags = """{"errcode":0,"errmsg":"ok","taglist":[{"tagid":1,"tagname":"a"}]}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(40014)]
    [InlineData(42001)]
    [InlineData(40001)]
    public async Task Refused_token_is_replaced_once_and_the_call_repeated_once(int code)
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("tag/list", $$"""{"errcode":{{code}},"errmsg":"refused","taglist":[]}""", Tags);
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        Assert.Single(await process.Client.ListTagsAsync(caller, Cancel));

        Assert.Equal(["token-1", "token-2"], stub.Calls.Where(c => c.Path == "tag/list").Select(c => c.Token));
        Assert.Equal(4, caller.Counter!.Count);
    }

    [Theory]
    [InlineData(40014)]
    [InlineData(42001)]
    public async Task Refused_new_token_ends_the_call_without_a_loop(int code)
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("tag/list", $$"""{"errcode":{{code}},"errmsg":"refused"}""");
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var failure = await Assert.ThrowsAsync<WeComException>(() => process.Client.ListTagsAsync(caller, Cancel));

        Assert.Equal((code, WeComErrorClass.Retry), (failure.ErrCode, failure.Class));
        Assert.Equal((2, 2), (stub.Count("gettoken"), stub.Count("tag/list")));
    }

    [Fact]
    public async Task Secret_that_was_reset_stops_the_tenant_after_one_question()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("gettoken", """{"errcode":0,"access_token":"old","expires_in":7200}""", """{"errcode":40001,"errmsg":"invalid credential"}""");
        stub.Answer("tag/list", """{"errcode":40014,"errmsg":"invalid access_token"}""");
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var failure = await Assert.ThrowsAsync<WeComException>(() => process.Client.ListTagsAsync(caller, Cancel));

        Assert.Equal((40001, WeComErrorClass.StopTenant), (failure.ErrCode, failure.Class));
        Assert.Equal((2, 1), (stub.Count("gettoken"), stub.Count("tag/list")));
    }

    [Fact]
    public async Task Fifty_calls_with_a_dead_token_fetch_one_new_token_and_all_succeed()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.On("user/get", call => call.JsonAsync(call.Token == "token-1"
            ? """{"errcode":40014,"errmsg":"invalid access_token","department":[]}"""
            : """{"errcode":0,"errmsg":"ok","userid":"zhangsan"}"""));
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var users = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => process.Client.GetUserAsync(caller, "zhangsan", Cancel)));

        Assert.Equal(50, users.Length);
        Assert.Equal(2, stub.Count("gettoken"));
    }

    [Fact]
    public async Task Refused_token_is_not_taken_up_again_by_who_asks_before_its_row_is_gone()
    {
        await using var stub = await WeComStub.StartAsync();
        var late = new TaskCompletionSource();
        stub.On("user/get", async call =>
        {
            if (call.Query.Contains("lisi", StringComparison.Ordinal))
            {
                await late.Task;
            }

            await call.JsonAsync(call.Token == "token-1"
                ? """{"errcode":40014,"errmsg":"invalid access_token"}"""
                : """{"errcode":0,"errmsg":"ok","userid":"anyone"}""");
        });
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);
        await process.Tokens.GetAsync(caller, Cancel);
        await using var holding = await database.DataSource.OpenConnectionAsync(Cancel);
        await using var hold = await holding.BeginTransactionAsync(Cancel);
        await holding.ExecuteAsync("SELECT FROM control.access_tokens WHERE tenant_id = $1 FOR UPDATE", [caller.TenantId], Cancel);

        var refused = process.Client.GetUserAsync(caller, "zhangsan", Cancel);
        await Eventually.TrueAsync("the refused token's row is being deleted", () => database.HasLockWaitAsync(Cancel));
        var between = process.Client.GetUserAsync(caller, "lisi", Cancel);
        await Eventually.TrueAsync("another call is under way", () => stub.Count("user/get") == 2);
        await hold.RollbackAsync(Cancel);

        Assert.Equal("anyone", (await refused).UserId);
        late.SetResult();
        Assert.Equal("anyone", (await between).UserId);
        Assert.Equal(2, stub.Count("gettoken"));
    }

    [Fact]
    public async Task Token_that_dies_between_two_pages_does_not_disturb_the_listing()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.On("user/list_id", call => call.JsonAsync(
            call.Body.Contains("page-2", StringComparison.Ordinal)
                ? call.Token == "token-1"
                    ? """{"errcode":42001,"errmsg":"access_token expired","dept_user":[],"next_cursor":""}"""
                    : """{"errcode":0,"dept_user":[{"userid":"b","department":1}],"next_cursor":""}"""
                : """{"errcode":0,"dept_user":[{"userid":"a","department":1}],"next_cursor":"page-2"}"""));
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.Contacts);

        Assert.Equal(["a", "b"], await process.Client.ListUserIdsAsync(caller, Cancel).Select(row => row.UserId).ToListAsync(Cancel));
    }

    [Theory]
    [InlineData(40013)]
    [InlineData(60020)]
    [InlineData(48002)]
    [InlineData(60111)]
    [InlineData(41001)]
    [InlineData(99999)]
    public async Task Other_refusals_are_neither_repeated_nor_blamed_on_the_token(int code)
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("user/get", $$"""{"errcode":{{code}},"errmsg":"refused"}""");
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var failure = await Assert.ThrowsAsync<WeComException>(() => process.Client.GetUserAsync(caller, "zhangsan", Cancel));

        Assert.Equal(code, failure.ErrCode);
        Assert.Equal((1, 1), (stub.Count("gettoken"), stub.Count("user/get")));
    }
}
