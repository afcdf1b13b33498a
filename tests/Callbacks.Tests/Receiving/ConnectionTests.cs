using System.Net;
using System.Text.RegularExpressions;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Receiving;

/// <summary>Clients that are slow, or that want one request to be two. Raw sockets, since no HTTP client would send this.</summary>
public sealed class ConnectionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Head = "POST /callbacks/00000000000000000000000000000000/contacts HTTP/1.1\r\nHost: a\r\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static int SlowClients => TestServer.LongRun ? 500 : 100;

    /// <summary>400 and closed, never two answers on one connection.</summary>
    [Theory]
    [InlineData("both lengths", Head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("both lengths, the other order", Head + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")]
    [InlineData("two lengths", Head + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("two equal lengths", Head + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("a list of lengths", Head + "Content-Length: 0, 0\r\n\r\n")]
    [InlineData("a hexadecimal length", Head + "Content-Length: 0x0\r\n\r\n")]
    [InlineData("a negative length", Head + "Content-Length: -1\r\n\r\n")]
    [InlineData("another encoding after chunked", Head + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("an unknown encoding", Head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("a chunk size that is none", Head + "Transfer-Encoding: chunked\r\n\r\nZ\r\nx\r\n0\r\n\r\n")]
    [InlineData("a signed chunk size", Head + "Transfer-Encoding: chunked\r\n\r\n+1\r\nx\r\n0\r\n\r\n")]
    [InlineData("a chunk size with a prefix", Head + "Transfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n0\r\n\r\n")]
    [InlineData("a chunk size too large", Head + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx\r\n0\r\n\r\n")]
    [InlineData("a chunk longer than its size", Head + "Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n")]
    [InlineData("a line feed in a chunk extension", Head + "Transfer-Encoding: chunked\r\n\r\n1;a\nb\r\nx\r\n0\r\n\r\n")]
    [InlineData("a space before the colon", Head + "Content-Length : 0\r\n\r\n")]
    [InlineData("a folded header", Head + "X: a\r\n Content-Length: 5\r\n\r\n")]
    [InlineData("a header without a name", Head + ": a\r\n\r\n")]
    [InlineData("a zero byte in a header", Head + "X: a\0b\r\n\r\n")]
    [InlineData("two hosts", Head + "Host: b\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("no host", "POST /callbacks/x/contacts HTTP/1.1\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/2 without negotiation", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("a line that is none", "hello\r\n\r\n")]
    public async Task Ambiguous_request_is_refused_and_its_connection_closed(string what, string request)
    {
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        using var client = await RawClient.ConnectAsync(host.Client.BaseAddress!, Cancel);

        await client.SendAsync(request + "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", Cancel);
        var answers = await client.ReadToEndAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        var statuses = Regex.Matches(answers, @"HTTP/1\.1 (\d{3})").Select(m => m.Groups[1].Value).ToList();
        Assert.True(statuses is ["400"] or ["411"] or ["501"] or ["505"] or [], $"{what}: {string.Join(", ", statuses)}");
        Assert.DoesNotContain("Server:", answers, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>They would send for ever: the host ends each, and answers everybody else while all of them are still there.</summary>
    [Fact]
    public async Task Slow_clients_are_cut_and_others_are_answered_meanwhile()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        var delivery = tenant.WeCom.Deliver(tenant.UserEvent(0));
        var target = $"{tenant.Path}?{delivery.Query}";
        var slowHeaders = Enumerable.Range(0, SlowClients).Select(_ => DripAsync(host, $"POST {target} HTTP/1.1\r\n", "X"));
        var slowBodies = Enumerable.Range(0, SlowClients).Select(_ => DripAsync(
            host, $"POST {target} HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n<xml>", " "));
        var slow = slowHeaders.Concat(slowBodies).ToList();

        var (number, besideAll) = (0, 0);
        while (!slow.TrueForAll(client => client.IsCompleted))
        {
            Assert.Equal(HttpStatusCode.OK, await host.PostAsync(tenant, tenant.WeCom.Deliver(tenant.UserEvent(++number)), Cancel));
            besideAll += slow.Exists(client => client.IsCompleted) ? 0 : 1;
        }

        await Task.WhenAll(slow);
        Assert.True(besideAll >= 10, $"only {besideAll} requests were answered while all slow clients were connected");
        await InboxRows.AssertCountAsync(database, tenant, number, Cancel);
    }

    /// <summary>A thousand strangers' half-sent mebibytes would be a gigabyte: they share a budget, and small requests need none of it.</summary>
    [Fact]
    public async Task Large_bodies_share_a_budget_and_small_ones_are_not_touched_by_it()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        var delivery = tenant.WeCom.Deliver(tenant.UserEvent(0));
        var half = new string(' ', 900_000);
        var large = Enumerable.Range(0, 60).Select(async _ =>
        {
            using var client = await RawClient.ConnectAsync(host.Client.BaseAddress!, Cancel);
            await client.SendAsync($"POST {tenant.Path}?{delivery.Query} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n{half}", Cancel);
            return await client.ReadToEndAsync(Cancel);
        }).ToList();

        var number = 0;
        while (!large.TrueForAll(client => client.IsCompleted))
        {
            Assert.Equal(HttpStatusCode.OK, await host.PostAsync(tenant, tenant.WeCom.Deliver(tenant.UserEvent(++number)), Cancel));
        }

        var answers = await Task.WhenAll(large);
        Assert.Contains(answers, answer => answer.StartsWith("HTTP/1.1 503", StringComparison.Ordinal));
        Assert.DoesNotContain(answers, answer => answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal));
        // The budget came back with the connections.
        var full = delivery.Body.Replace("</xml>", half + "</xml>", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await host.PostAsync($"{tenant.Path}?{delivery.Query}", full, Cancel));
        await InboxRows.AssertCountAsync(database, tenant, number + 1, Cancel);
    }

    [Fact]
    public async Task Request_that_arrives_in_pieces_is_accepted()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        var delivery = tenant.WeCom.Deliver(tenant.UserEvent(1));
        using var client = await RawClient.ConnectAsync(host.Client.BaseAddress!, Cancel);
        var request = $"POST {tenant.Path}?{delivery.Query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {delivery.Body.Length}\r\n\r\n{delivery.Body}";
        foreach (var piece in request.Chunk(50))
        {
            await client.SendAsync(new string(piece), Cancel);
        }

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await client.ReadToEndAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_that_goes_away_in_mid_body_leaves_nothing()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        var delivery = tenant.WeCom.Deliver(tenant.UserEvent(1));
        using (var client = await RawClient.ConnectAsync(host.Client.BaseAddress!, Cancel))
        {
            await client.SendAsync(
                $"POST {tenant.Path}?{delivery.Query} HTTP/1.1\r\nHost: a\r\nContent-Length: {delivery.Body.Length}\r\n\r\n{delivery.Body[..^1]}", Cancel);
        }

        Assert.Equal(HttpStatusCode.OK, await host.PostAsync(tenant, tenant.WeCom.Deliver(tenant.UserEvent(2)), Cancel));
        await InboxRows.AssertCountAsync(database, tenant, 1, Cancel);
        Assert.Equal("user-2", Assert.Single(await InboxRows.OfAsync(database, tenant, Cancel)).ObjectKey);
    }

    /// <summary>Sends a byte each half second, for as long as the server lets it, and fails if that is a minute.</summary>
    private static async Task DripAsync(TestHost host, string beginning, string drop)
    {
        using var client = await RawClient.ConnectAsync(host.Client.BaseAddress!, Cancel);
        await client.SendAsync(beginning, Cancel);
        var end = client.ReadToEndAsync(Cancel).WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        while (await Task.WhenAny(end, Task.Delay(500, Cancel)) != end)
        {
            try
            {
                await client.SendAsync(drop, Cancel);
            }
            catch (IOException)
            {
                break;
            }
        }

        await end;
    }
}
