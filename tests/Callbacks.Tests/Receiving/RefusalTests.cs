using System.Diagnostics;
using System.Net;
using System.Text;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Receiving;

/// <summary>CB 2: who has not the keys learns nothing, not even whether there is such a tenant.</summary>
public sealed class RefusalTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unknown_key_wrong_signature_disabled_tenant_and_wrong_receiver_are_answered_alike()
    {
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        var cases = await RefusedAsync();
        var answers = new Dictionary<string, string>();
        foreach (var (name, url, body) in cases)
        {
            answers.Add($"POST {name}", await DescribeAsync(host, HttpMethod.Post, url, body));
            answers.Add($"GET {name}", await DescribeAsync(host, HttpMethod.Get, url, null));
        }

        Assert.All(answers, answer => Assert.Equal(answers["POST unknown key"], answer.Value));
        Assert.StartsWith("403 Forbidden", answers["POST unknown key"], StringComparison.Ordinal);
    }

    /// <summary>Medians within 25 ms, as CB 2 asks; interleaved, so that a busy machine slows all alike.</summary>
    [Fact]
    public async Task Refusals_take_the_same_time()
    {
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        var cases = await RefusedAsync();
        var times = cases.ToDictionary(c => c.Name, _ => new List<double>());
        for (var round = 0; round < 60; round++)
        {
            foreach (var (name, url, body) in cases)
            {
                var clock = Stopwatch.StartNew();
                await DescribeAsync(host, HttpMethod.Post, url, body);
                if (round >= 10)
                {
                    times[name].Add(clock.Elapsed.TotalMilliseconds);
                }
            }
        }

        var medians = times.ToDictionary(t => t.Key, t => t.Value.Order().ElementAt(t.Value.Count / 2));
        Assert.True(medians.Values.Max() - medians.Values.Min() < 25, string.Join(", ", medians.Select(m => $"{m.Key} {m.Value:0.0} ms")));
    }

    /// <summary>TE 35: an event of one company at another's address.</summary>
    [Fact]
    public async Task Event_of_one_tenant_is_refused_at_anothers_address()
    {
        var first = await TestTenant.AddAsync(database, Cancel);
        var second = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);

        Assert.Equal(HttpStatusCode.Forbidden, await host.PostAsync(second, first.WeCom.Deliver(first.UserEvent(1)), Cancel));
        // Even with the other's keys, the receiver inside is this company.
        var mixed = new CallbackCrypt(second.Token, second.EncodingAesKey, first.CorpId);
        Assert.Equal(HttpStatusCode.Forbidden, await host.PostAsync(second, mixed.Deliver(first.UserEvent(1)), Cancel));
        Assert.Equal(0, await InboxRows.CountAsync(database, first, Cancel) + await InboxRows.CountAsync(database, second, Cancel));
    }

    [Fact]
    public async Task Every_other_path_and_method_is_404_without_a_body()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        var delivery = tenant.WeCom.Deliver(tenant.UserEvent(1));
        string[] paths =
        [
            "/", "/callbacks", "/callbacks/", $"/callbacks/{tenant.CallbackKey}", $"/callbacks/{tenant.CallbackKey}/", $"{tenant.Path}/x", $"{tenant.Path}x",
            $"/callbacks/{tenant.CallbackKey}/other", $"/callback/{tenant.CallbackKey}/contacts", $"/x{tenant.Path}", "/callbacks//contacts",
        ];
        foreach (var path in paths)
        {
            Assert.Equal("404 Not Found, Content-Length: 0", await DescribeAsync(host, HttpMethod.Post, $"{path}?{delivery.Query}", delivery.Body));
        }

        foreach (var method in new[] { "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"{tenant.Path}?{delivery.Query}");
            using var answer = await host.Client.SendAsync(request, Cancel);
            Assert.Equal((method, HttpStatusCode.NotFound), (method, answer.StatusCode));
        }

        await InboxRows.AssertCountAsync(database, tenant, 0, Cancel);
    }

    [Fact]
    public async Task Malformed_requests_are_400()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        var delivery = tenant.WeCom.Deliver(tenant.UserEvent(1));
        (string Query, string Body)[] cases =
        [
            (delivery.Query, ""),
            (delivery.Query, tenant.UserEvent(1)),
            (delivery.Query, $"<!DOCTYPE xml [<!ENTITY e '{delivery.Encrypted}'>]><xml><Encrypt>&e;</Encrypt></xml>"),
            (delivery.Query, $"<xml><Encrypt>{delivery.Encrypted}</Encrypt><Encrypt>{delivery.Encrypted}</Encrypt></xml>"),
            (delivery.Query, $"<xml><Encrypt>{delivery.Encrypted[..^4]}</Encrypt></xml>"),
            (delivery.Query, string.Concat(Enumerable.Repeat("<a>", 150_000))),
            ("", delivery.Body),
            ($"{delivery.Query}&nonce={delivery.Nonce}", delivery.Body),
        ];
        foreach (var (query, body) in cases)
        {
            Assert.Equal(HttpStatusCode.BadRequest, await host.PostAsync($"{tenant.Path}?{query}", body, Cancel));
            // The shape is looked at alike where nobody has the address.
            Assert.Equal(HttpStatusCode.BadRequest, await host.PostAsync($"/callbacks/{new string('0', 32)}/contacts?{query}", body, Cancel));
        }

        foreach (var message in new[] { "no xml", "<!DOCTYPE a><xml/>", string.Concat(Enumerable.Repeat("<a>", 150_000)) })
        {
            Assert.Equal(HttpStatusCode.BadRequest, await host.PostAsync(tenant, tenant.WeCom.Deliver(message), Cancel));
        }

        foreach (var query in new[] { delivery.Query, delivery.EchoQuery + "&echostr=a", $"{delivery.Query}&echostr=", $"{delivery.Query}&echostr=abc" })
        {
            using var answer = await host.Client.GetAsync($"{tenant.Path}?{query}", Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        await InboxRows.AssertCountAsync(database, tenant, 0, Cancel);
    }

    [Fact]
    public async Task Compressed_body_is_415_and_a_body_over_one_mebibyte_413()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        var delivery = tenant.WeCom.Deliver(tenant.UserEvent(1));
        var url = $"{tenant.Path}?{delivery.Query}";

        using var compressed = new StringContent(delivery.Body);
        compressed.Headers.ContentEncoding.Add("gzip");
        using var unsupported = await host.Client.PostAsync(url, compressed, Cancel);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, unsupported.StatusCode);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await host.PostAsync(url, new string(' ', (1 << 20) + 1), Cancel));
        using var chunked = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(new string(' ', (1 << 20) + 1)) };
        chunked.Headers.TransferEncodingChunked = true;
        using var tooLarge = await host.Client.SendAsync(chunked, Cancel);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge.StatusCode);

        // Exactly one mebibyte is read, with and without its length.
        var full = delivery.Body.Replace("</xml>", new string(' ', (1 << 20) - Encoding.UTF8.GetByteCount(delivery.Body)) + "</xml>", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await host.PostAsync(url, full, Cancel));
        using var chunkedFull = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(full) };
        chunkedFull.Headers.TransferEncodingChunked = true;
        using var accepted = await host.Client.SendAsync(chunkedFull, Cancel);
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
    }

    /// <summary>A proxy may say so of a body that it did not change.</summary>
    [Theory]
    [InlineData("identity", HttpStatusCode.OK)]
    [InlineData("IDENTITY", HttpStatusCode.OK)]
    [InlineData("identity, identity", HttpStatusCode.OK)]
    [InlineData("", HttpStatusCode.OK)]
    [InlineData("identity, gzip", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("deflate", HttpStatusCode.UnsupportedMediaType)]
    public async Task Body_is_compressed_only_where_its_encoding_says_more_than_identity(string encoding, HttpStatusCode expected)
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        var delivery = tenant.WeCom.Deliver(tenant.UserEvent(1));
        using var body = new StringContent(delivery.Body);
        Assert.True(body.Headers.TryAddWithoutValidation("Content-Encoding", encoding));
        using var answer = await host.Client.PostAsync($"{tenant.Path}?{delivery.Query}", body, Cancel);

        Assert.Equal(expected, answer.StatusCode);
        await InboxRows.AssertCountAsync(database, tenant, expected == HttpStatusCode.OK ? 1 : 0, Cancel);
    }

    /// <summary>CB 9: a flood of refused requests does not stop accepted ones from the same source.</summary>
    [Fact]
    public async Task Accepted_events_are_not_limited_by_a_flood_from_the_same_source()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        var forged = tenant.WeCom.Deliver("x") with { Signature = new string('0', 40) };
        var closed = 0;

        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Cancel }, async (i, ct) =>
        {
            using var content = new StringContent(forged.Body);
            using var answer = await host.Client.PostAsync($"{tenant.Path}?{forged.Query}", content, ct);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            if (answer.Headers.ConnectionClose == true)
            {
                Interlocked.Increment(ref closed);
            }

            if (i % 10 == 0)
            {
                Assert.Equal(HttpStatusCode.OK, await host.PostAsync(tenant, tenant.WeCom.Deliver(tenant.UserEvent(i)), ct));
            }
        });

        await InboxRows.AssertCountAsync(database, tenant, 40, Cancel);
        Assert.NotEqual(0, closed);
    }

    private static async Task<string> DescribeAsync(TestHost host, HttpMethod method, string url, string? body)
    {
        using var request = new HttpRequestMessage(method, url);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "text/xml");
        using var answer = await host.Client.SendAsync(request, Cancel);
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(h => h.Key is not "Date" and not "Connection").Select(h => $"{h.Key}: {string.Join(';', h.Value)}");
        return $"{(int)answer.StatusCode} {answer.ReasonPhrase}, {string.Join(", ", headers)}{await answer.Content.ReadAsStringAsync(Cancel)}";
    }

    private async Task<List<(string Name, string Url, string Body)>> RefusedAsync()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        var disabled = await TestTenant.AddAsync(database, Cancel, enabled: false);
        var otherChannel = tenant with { Channel = Channel.Archive };
        var good = tenant.WeCom.Deliver(tenant.UserEvent(1));
        var ofDisabled = disabled.WeCom.Deliver(disabled.UserEvent(1));
        var otherKey = new CallbackCrypt(tenant.Token, TestTenant.NewEncodingAesKey(), tenant.CorpId).Deliver(tenant.UserEvent(1));
        var otherCorp = new CallbackCrypt(tenant.Token, tenant.EncodingAesKey, "ww0000000000000000").Deliver(tenant.UserEvent(1));
        var forged = good with { Signature = new string('0', 40) };
        return
        [
            ("unknown key", $"/callbacks/{new string('0', 32)}/contacts?{good.EchoQuery}", good.Body),
            ("key of another shape", $"/callbacks/x/contacts?{good.EchoQuery}", good.Body),
            ("channel without settings", $"{otherChannel.Path}?{good.EchoQuery}", good.Body),
            ("wrong signature", $"{tenant.Path}?{forged.EchoQuery}", forged.Body),
            ("disabled tenant", $"{disabled.Path}?{ofDisabled.EchoQuery}", ofDisabled.Body),
            ("wrong signature of a disabled tenant", $"{disabled.Path}?{forged.EchoQuery}", forged.Body),
            ("another EncodingAESKey", $"{tenant.Path}?{otherKey.EchoQuery}", otherKey.Body),
            ("another receiver", $"{tenant.Path}?{otherCorp.EchoQuery}", otherCorp.Body),
        ];
    }
}
