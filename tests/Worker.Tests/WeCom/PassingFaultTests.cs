using System.Text;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

/// <summary>Faults that pass are survived; those that stay end in one clear message.</summary>
public sealed class PassingFaultTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Good = """{"errcode":0,"errmsg":"ok","userlist":[{"userid":"a"},{"userid":"b"}],"taglist":[{"tagid":1}]}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What goes wrong, and what the message says about it.</summary>
    public static TheoryData<string, string> Faults => new()
    {
        { "busy", "system busy" },
        { "conflict", "data version conflict" },
        { "502", "HTTP 502 with a page of HTML" },
        { "503", "HTTP 503" },
        { "429", "HTTP 429" },
        { "html", "the answer is HTML, not JSON" },
        { "empty", "the answer is empty" },
        { "text", "the answer is not JSON" },
        { "truncated", "the answer is no complete JSON" },
        { "foreign", "the answer is JSON, but not WeCom's" },
        { "list", "the answer is not JSON" },
        { "reset", "the connection" },
        { "reset in mid-body", "the connection broke" },
        { "silence", "no answer within 0.5 s" },
        { "silence in mid-body", "the answer made no progress for 0.5 s" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_that_passes_is_survived(string fault, string reason)
    {
        Assert.NotEmpty(reason);
        await using var stub = await WeComStub.StartAsync();
        foreach (var path in (string[])["tag/list", "user/list"])
        {
            stub.On(path, call => call.Number <= 3 ? FailAsync(call, fault) : call.JsonAsync(Good));
        }

        await using var process = WeComProcess.Start(database, stub.BaseUrl, null, Patience(fault));
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        Assert.Single(await process.Client.ListTagsAsync(caller, Cancel));
        var people = await process.Client.ListUsersAsync(caller, 1, false, Cancel).Select(u => u.UserId).Distinct().ToListAsync(Cancel);
        Assert.Equal(["a", "b"], people);
        Assert.Equal((4, 4), (stub.Count("tag/list"), stub.Count("user/list")));
        Assert.Equal(stub.Calls.Count, caller.Counter!.Count);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_that_stays_ends_the_call_with_a_message_that_says_what_happened(string fault, string reason)
    {
        await using var stub = await WeComStub.StartAsync();
        stub.On("tag/list", call => FailAsync(call, fault));
        stub.On("user/list", call => FailAsync(call, fault));
        await using var process = WeComProcess.Start(database, stub.BaseUrl, null, [.. Patience(fault), ("WeCom:Retries", "1")]);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var small = await Assert.ThrowsAsync<WeComException>(() => process.Client.ListTagsAsync(caller, Cancel));
        var big = await Assert.ThrowsAsync<WeComException>(async () => await process.Client.ListUsersAsync(caller, 1, false, Cancel).ToListAsync(Cancel));

        Assert.All([small, big], failure =>
        {
            Assert.Equal(WeComErrorClass.Retry, failure.Class);
            Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
            Assert.Contains("2 tries", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("token-1", failure.ToString(), StringComparison.Ordinal);
        });
        Assert.StartsWith("tag/list ", small.Message, StringComparison.Ordinal);
        Assert.Equal(2, stub.Count("tag/list"));
    }

    [Fact]
    public async Task Nobody_listening_is_said_after_the_last_try()
    {
        string address;
        await using (var gone = await WeComStub.StartAsync())
        {
            address = gone.BaseUrl;
        }

        await using var process = WeComProcess.Start(database, address);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var failure = await Assert.ThrowsAsync<WeComException>(() => process.Client.ListTagsAsync(caller, Cancel));

        Assert.Equal(WeComErrorClass.Retry, failure.Class);
        Assert.StartsWith("gettoken failed: no connection (ConnectionRefused), also at the last of 4 tries.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("WeCom:BaseUrl", failure.Action, StringComparison.Ordinal);
        Assert.Equal(4, caller.Counter!.Count);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(404)]
    [InlineData(407)]
    public async Task Wrong_address_is_said_at_once(int status)
    {
        await using var stub = await WeComStub.StartAsync();
        stub.On("tag/list", call => call.AnswerAsync(status, "text/html", "<html></html>"));
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var failure = await Assert.ThrowsAsync<WeComException>(() => process.Client.ListTagsAsync(caller, Cancel));

        Assert.Equal(WeComErrorClass.Bug, failure.Class);
        Assert.Contains($"HTTP {status}", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, stub.Count("tag/list"));
    }

    [Fact]
    public async Task Cancelled_call_is_cancelled_and_not_failed()
    {
        await using var stub = await WeComStub.StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        stub.On("tag/list", async call =>
        {
            await stop.CancelAsync();
            await call.HangAsync();
        });
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => process.Client.ListTagsAsync(caller, stop.Token));
    }

    [Fact]
    public async Task Slow_reader_of_a_list_does_not_look_like_a_stalled_WeCom()
    {
        await using var stub = await WeComStub.StartAsync();
        var goOn = new TaskCompletionSource();
        stub.On("user/list", async call =>
        {
            await call.SendAsync("""{"errcode":0,"userlist":[{"userid":"a"},""");
            await goOn.Task;
            await call.SendAsync("""{"userid":"b"}]}""");
        });
        var clock = new ManualClock();
        await using var process = WeComProcess.Start(database, stub.BaseUrl, clock);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        await using var users = process.Client.ListUsersAsync(caller, 1, false, Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await users.MoveNextAsync());
        clock.Advance(TimeSpan.FromHours(1));
        goOn.SetResult();
        Assert.True(await users.MoveNextAsync());
        Assert.False(await users.MoveNextAsync());
    }

    /// <summary>Short only where a test waits for its end: a busy machine is slow.</summary>
    private static (string, string)[] Patience(string fault) => fault.StartsWith("silence", StringComparison.Ordinal)
        ? [("WeCom:TryTimeout", "00:00:00.500"), ("WeCom:StallTimeout", "00:00:00.500")]
        : [];

    private static async Task FailAsync(StubCall call, string fault)
    {
        switch (fault)
        {
            case "busy":
                await call.JsonAsync("""{"errcode":-1,"errmsg":"system busy","userlist":[]}""");
                break;
            case "conflict":
                await call.JsonAsync("""{"errcode":6000,"errmsg":"data version conflict"}""");
                break;
            case "html":
                await call.AnswerAsync(200, "text/html", "<html><body>please log in</body></html>");
                break;
            case "empty":
                await call.JsonAsync("");
                break;
            case "text":
                await call.AnswerAsync(200, "text/plain", "upstream not ready");
                break;
            case "truncated":
                await call.JsonAsync(Good[..50]);
                break;
            case "foreign":
                await call.JsonAsync("""{"message":"no healthy upstream"}""");
                break;
            case "list":
                await call.JsonAsync("[]");
                break;
            case "reset":
                call.Reset();
                break;
            case "reset in mid-body":
                await call.SendAsync(Good[..50]);
                call.Reset();
                break;
            case "silence":
                await call.HangAsync();
                break;
            case "silence in mid-body":
                await call.SendAsync(Good[..50]);
                await call.HangAsync();
                break;
            default:
                await call.AnswerAsync(
                    int.Parse(fault, System.Globalization.CultureInfo.InvariantCulture), "text/html", Encoding.UTF8.GetBytes("<html></html>"));
                break;
        }
    }
}
