using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

/// <summary><c>user/list_id</c>, page by page to the end.</summary>
public sealed class UserIdListingTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(""","next_cursor":"" """)]
    [InlineData(""","next_cursor":null""")]
    [InlineData("")]
    public async Task All_pages_are_read_until_the_cursor_is_empty_or_absent(string end)
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer(
            "user/list_id",
            """{"errcode":0,"errmsg":"ok","next_cursor":"页/2+","dept_user":[{"userid":"a","department":1},{"userid":"a","department":4294967295}]}""",
            """{"errcode":0,"next_cursor":"p3","dept_user":[]}""",
            $$"""{"errcode":0,"dept_user":[{"userid":7,"department":"2"},{"department":3},{"userid":"b"}]{{end}}}""");
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.Contacts);

        var rows = await process.Client.ListUserIdsAsync(caller, Cancel).ToListAsync(Cancel);

        Assert.Equal([("a", 1), ("a", 4294967295), ("7", 2), ("", 3), ("b", 0)], rows.Select(r => (r.UserId, r.DepartmentId)));
        // Raw text, since WeCom refuses escapes.
        Assert.Equal(
            ["""{"limit":10000}""", """{"cursor":"页/2+","limit":10000}""", """{"cursor":"p3","limit":10000}"""],
            stub.Calls.Where(c => c.Path == "user/list_id").Select(c => c.Body));
        Assert.True(rows[^1].FetchedAt >= rows[0].FetchedAt && rows[0].FetchedAt == rows[1].FetchedAt);
    }

    [Fact]
    public async Task Repeated_cursor_ends_the_listing_instead_of_going_round_for_ever()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer(
            "user/list_id",
            """{"errcode":0,"next_cursor":"p2","dept_user":[{"userid":"a","department":1}]}""",
            """{"errcode":0,"next_cursor":"p3","dept_user":[{"userid":"b","department":1}]}""",
            """{"errcode":0,"next_cursor":"p2","dept_user":[{"userid":"c","department":1}]}""");
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.Contacts);

        var failure = await Assert.ThrowsAsync<WeComException>(async () => await process.Client.ListUserIdsAsync(caller, Cancel).ToListAsync(Cancel));

        Assert.Equal(WeComErrorClass.Restart, failure.Class);
        Assert.Equal(3, stub.Count("user/list_id"));
    }

    [Fact]
    public async Task Lost_cursor_asks_for_a_new_listing()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer(
            "user/list_id",
            """{"errcode":0,"next_cursor":"p2","dept_user":[{"userid":"a","department":1}]}""",
            """{"errcode":50100,"errmsg":"invalid cursor","next_cursor":"","dept_user":[]}""");
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.Contacts);

        var failure = await Assert.ThrowsAsync<WeComException>(async () => await process.Client.ListUserIdsAsync(caller, Cancel).ToListAsync(Cancel));

        Assert.Equal((50100, WeComErrorClass.Restart), (failure.ErrCode, failure.Class));
    }

    [Theory]
    [InlineData("""{"errcode":0,"errmsg":"ok"}""")]
    [InlineData("""{"errcode":0,"errmsg":"ok","dept_user":null,"next_cursor":""}""")]
    public async Task Later_page_without_a_list_is_no_end(string page)
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("user/list_id", """{"errcode":0,"next_cursor":"p2","dept_user":[{"userid":"a","department":1}]}""", page);
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.Contacts);

        var failure = await Assert.ThrowsAsync<WeComException>(async () => await process.Client.ListUserIdsAsync(caller, Cancel).ToListAsync(Cancel));

        Assert.Equal(WeComErrorClass.Retry, failure.Class);
    }

    [Fact]
    public async Task Page_that_fails_in_passing_is_asked_for_again_with_its_own_cursor()
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer(
            "user/list_id",
            """{"errcode":0,"next_cursor":"p2","dept_user":[{"userid":"a","department":1}]}""",
            """{"errcode":-1,"errmsg":"system busy","dept_user":[],"next_cursor":""}""",
            """{"errcode":0,"next_cursor":"","dept_user":[{"userid":"b","department":1}]}""");
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.Contacts);

        Assert.Equal(["a", "b"], await process.Client.ListUserIdsAsync(caller, Cancel).Select(r => r.UserId).ToListAsync(Cancel));
        Assert.EndsWith("""{"cursor":"p2","limit":10000}""", stub.Calls[^1].Body, StringComparison.Ordinal);
    }
}
