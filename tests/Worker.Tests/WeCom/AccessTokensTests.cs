using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

public sealed class AccessTokensTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fifty_callers_in_two_processes_fetch_one_token()
    {
        await using var stub = await WeComStub.StartAsync();
        await using var one = WeComProcess.Start(database, stub.BaseUrl);
        await using var other = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var tokens = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => (i % 2 == 0 ? one : other).Tokens.GetAsync(caller, Cancel))));

        Assert.All(tokens, token => Assert.Equal("token-1", token.Value));
        Assert.Equal(1, stub.Count("gettoken"));
        Assert.Equal(1, caller.Counter!.Count);
    }

    [Fact]
    public async Task Token_and_secret_of_a_request_are_those_of_the_tenant_and_channel()
    {
        await using var stub = await WeComStub.StartAsync();
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var app = await WeComProcess.AddTenantAsync(database, Channel.App, Channel.Contacts);
        await WeComProcess.SetSecretAsync(database, app, "a+b/c&d=é");

        Assert.Equal("token-1", (await process.Tokens.GetAsync(app, Cancel)).Value);
        Assert.Equal("token-2", (await process.Tokens.GetAsync(app with { Credential = Channel.Contacts }, Cancel)).Value);

        Assert.Equal(
            [$"?corpid={app.CorpId}&corpsecret=a%2Bb%2Fc%26d%3D%C3%A9", $"?corpid={app.CorpId}&corpsecret=contacts-secret"],
            stub.Calls.Select(c => c.Query));
    }

    [Fact]
    public async Task Customer_contact_without_a_secret_of_its_own_shares_the_token_of_the_application()
    {
        await using var stub = await WeComStub.StartAsync();
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var app = await WeComProcess.AddTenantAsync(database, Channel.App);

        Assert.Equal("token-1", (await process.Tokens.GetAsync(app with { Credential = Channel.Customers }, Cancel)).Value);
        Assert.Equal("token-1", (await process.Tokens.GetAsync(app, Cancel)).Value);

        await WeComProcess.SetSecretAsync(database, app with { Credential = Channel.Customers }, "own");
        await using var later = WeComProcess.Start(database, stub.BaseUrl);
        Assert.Equal("token-2", (await later.Tokens.GetAsync(app with { Credential = Channel.Customers }, Cancel)).Value);
    }

    [Theory]
    [InlineData(Channel.Contacts)]
    [InlineData(Channel.Archive)]
    public async Task Missing_secret_stops_the_feature_without_a_call(Channel channel)
    {
        await using var stub = await WeComStub.StartAsync();
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var app = await WeComProcess.AddTenantAsync(database, Channel.App);

        var failure = await Assert.ThrowsAsync<WeComException>(() => process.Client.ListTagsAsync(app with { Credential = channel }, Cancel));

        Assert.Equal(WeComErrorClass.StopFeature, failure.Class);
        Assert.Contains("no secret", failure.Message, StringComparison.Ordinal);
        Assert.Empty(stub.Calls);
    }

    [Fact]
    public async Task Secret_that_does_not_open_stops_the_tenant()
    {
        await using var stub = await WeComStub.StartAsync();
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);
        var other = await WeComProcess.AddTenantAsync(database, Channel.App);
        await using var copy = database.DataSource.CreateCommand("""
            UPDATE control.wecom_settings SET secret = (SELECT secret FROM control.wecom_settings WHERE tenant_id = $2) WHERE tenant_id = $1
            """);
        copy.Parameters.AddWithValue(caller.TenantId);
        copy.Parameters.AddWithValue(other.TenantId);
        await copy.ExecuteNonQueryAsync(Cancel);

        var failure = await Assert.ThrowsAsync<WeComException>(() => process.Tokens.GetAsync(caller, Cancel));

        Assert.Equal(WeComErrorClass.StopTenant, failure.Class);
        Assert.Empty(stub.Calls);
    }

    [Theory]
    [InlineData(40001)]
    [InlineData(40013)]
    [InlineData(40091)]
    [InlineData(45031)]
    [InlineData(301007)]
    public async Task Refused_secret_stops_the_tenant_at_the_first_try_however_many_ask(int code)
    {
        await using var stub = await WeComStub.StartAsync();
        var all = new TaskCompletionSource();
        stub.On("gettoken", async call =>
        {
            await all.Task;
            await call.JsonAsync($$"""{"errcode":{{code}},"errmsg":"refused"}""");
        });
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var calls = Enumerable.Range(0, 50).Select(_ => process.Client.ListTagsAsync(caller, Cancel)).ToArray();
        all.SetResult();
        var failures = await Task.WhenAll(calls.Select(call => Assert.ThrowsAsync<WeComException>(() => call)));

        Assert.All(failures, failure => Assert.Equal((code, WeComErrorClass.StopTenant, "gettoken"), (failure.ErrCode, failure.Class, failure.Endpoint)));
        Assert.Single(stub.Calls);
        Assert.DoesNotContain("app-secret", process.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_secret_is_not_shown_to_WeCom_again_for_a_while_however_often_somebody_checks_it()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("gettoken", """{"errcode":40001,"errmsg":"invalid credential"}""");
        await using var one = WeComProcess.Start(database, stub.BaseUrl);
        await using var other = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var fresh = await Assert.ThrowsAsync<WeComException>(() => one.Client.CheckSecretAsync(caller, Cancel));
        Assert.Null(fresh.Age);
        foreach (var process in new[] { one, other, one, other })
        {
            var shared = await Assert.ThrowsAsync<WeComException>(() => process.Client.CheckSecretAsync(caller, Cancel));
            Assert.Equal((40001, WeComErrorClass.StopTenant, "invalid credential"), (shared.ErrCode, shared.Class, shared.Reason));
            Assert.InRange(shared.Age!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1));
            await Assert.ThrowsAsync<WeComException>(() => process.Client.ListTagsAsync(caller, Cancel));
        }

        Assert.Equal(1, stub.Count("gettoken"));
    }

    [Fact]
    public async Task Another_secret_or_corp_id_is_tried_at_once_and_so_is_the_same_secret_when_the_time_is_over()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("gettoken", """{"errcode":40013,"errmsg":"invalid corpid"}""");
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);
        await RefusedAsync(caller);
        await RefusedAsync(caller);
        Assert.Equal(1, stub.Count("gettoken"));

        await WeComProcess.SetSecretAsync(database, caller, "another secret");
        await RefusedAsync(caller);
        Assert.Equal(2, stub.Count("gettoken"));

        caller = new WeComCaller(caller.TenantId, "ww-another-corp", Channel.App);
        await RefusedAsync(caller);
        Assert.Equal(3, stub.Count("gettoken"));

        await ExecuteAsync("UPDATE control.token_refusals SET refused_at = refused_at - interval '31 seconds' WHERE tenant_id = $1", caller.TenantId);
        await RefusedAsync(caller);
        Assert.Equal(4, stub.Count("gettoken"));

        Task RefusedAsync(WeComCaller who) => Assert.ThrowsAsync<WeComException>(() => process.Client.CheckSecretAsync(who, Cancel));
    }

    private async Task ExecuteAsync(string sql, long tenant)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        command.Parameters.AddWithValue(tenant);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    [Fact]
    public async Task New_secret_makes_the_old_token_void()
    {
        await using var stub = await WeComStub.StartAsync();
        var clock = new ManualClock();
        await using var process = WeComProcess.Start(database, stub.BaseUrl, clock);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);
        await process.Tokens.GetAsync(caller, Cancel);

        await WeComProcess.SetSecretAsync(database, caller, "new secret");
        clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal("token-2", (await process.Tokens.GetAsync(caller, Cancel)).Value);
    }

    [Fact]
    public async Task Token_is_used_until_shortly_before_its_end()
    {
        await using var stub = await WeComStub.StartAsync();
        var clock = new ManualClock();
        await using var process = WeComProcess.Start(database, stub.BaseUrl, clock);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        await process.Tokens.GetAsync(caller, Cancel);
        clock.Advance(TimeSpan.FromMinutes(113));
        Assert.Equal("token-1", (await process.Tokens.GetAsync(caller, Cancel)).Value);
        clock.Advance(TimeSpan.FromMinutes(1.5));
        Assert.Equal("token-2", (await process.Tokens.GetAsync(caller, Cancel)).Value);
    }

    [Fact]
    public async Task Repeated_token_with_little_life_left_is_not_asked_for_at_each_call()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("gettoken", """{"errcode":0,"errmsg":"ok","access_token":"repeated","expires_in":300}""");
        await using var process = WeComProcess.Start(database, stub.BaseUrl, new ManualClock());
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        for (var i = 0; i < 10; i++)
        {
            await process.Tokens.GetAsync(caller, Cancel);
        }

        Assert.Equal(1, stub.Count("gettoken"));
    }

    [Fact]
    public async Task Fifty_failures_with_one_token_fetch_one_new_token()
    {
        await using var stub = await WeComStub.StartAsync();
        await using var one = WeComProcess.Start(database, stub.BaseUrl);
        await using var other = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);
        var dead = await one.Tokens.GetAsync(caller, Cancel);
        var deadToo = await other.Tokens.GetAsync(caller, Cancel);

        var tokens = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
        {
            var (process, refused) = i % 2 == 0 ? (one, dead) : (other, deadToo);
            await process.Tokens.InvalidateAsync(caller, refused, Cancel);
            return await process.Tokens.GetAsync(caller, Cancel);
        })));

        Assert.All(tokens, token => Assert.Equal("token-2", token.Value));
        Assert.Equal(2, stub.Count("gettoken"));
    }

    [Fact]
    public async Task Check_of_a_secret_asks_WeCom_although_a_token_is_at_hand()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer(
            "gettoken", """{"errcode":0,"access_token":"first","expires_in":7200}""", """{"errcode":40001,"errmsg":"invalid credential"}""");
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);
        await process.Client.CheckSecretAsync(caller, Cancel);

        var failure = await Assert.ThrowsAsync<WeComException>(() => process.Client.CheckSecretAsync(caller, Cancel));

        Assert.Equal(40001, failure.ErrCode);
    }

    [Fact]
    public async Task Stored_token_cannot_be_read_in_the_database()
    {
        await using var stub = await WeComStub.StartAsync();
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);
        await process.Tokens.GetAsync(caller, Cancel);

        await using var read = database.DataSource.CreateCommand("SELECT row_to_json(t)::text FROM control.access_tokens t WHERE tenant_id = $1");
        read.Parameters.AddWithValue(caller.TenantId);
        var row = (string)(await read.ExecuteScalarAsync(Cancel))!;

        Assert.DoesNotContain("token-1", row, StringComparison.Ordinal);
        Assert.DoesNotContain("app-secret", row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_tenant_that_waits_for_its_token_does_not_hold_up_another()
    {
        await using var stub = await WeComStub.StartAsync();
        var slow = await WeComProcess.AddTenantAsync(database, Channel.App);
        var quick = await WeComProcess.AddTenantAsync(database, Channel.App);
        stub.On("gettoken", call => call.Query.Contains(slow.CorpId, StringComparison.Ordinal)
            ? call.HangAsync()
            : call.JsonAsync("""{"errcode":0,"access_token":"quick","expires_in":7200}"""));
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var waiting = process.Tokens.GetAsync(slow, giveUp.Token);

        Assert.Equal("quick", (await process.Tokens.GetAsync(quick, Cancel)).Value);

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
