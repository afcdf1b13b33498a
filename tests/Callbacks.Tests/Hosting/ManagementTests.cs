using System.Net;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Hosting;

/// <summary>CB 7: health and metrics are for this machine, or on an address of their own.</summary>
public sealed class ManagementTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly string[] Paths = ["/healthz", "/readyz", "/metrics"];
    private static readonly string[] Outcomes = ["accepted", "duplicate", "wrong_signature"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_and_metrics_are_served_to_this_machine_only()
    {
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        foreach (var path in Paths)
        {
            Assert.Equal(HttpStatusCode.OK, await GetAsync(host.Client, path));
            Assert.Equal(HttpStatusCode.NotFound, await GetAsync(host.Client, path, ("X-Forwarded-For", "192.0.2.1")));
            Assert.Equal(HttpStatusCode.NotFound, await GetAsync(host.Client, path, ("X-Real-IP", "192.0.2.1")));
            Assert.Equal(HttpStatusCode.NotFound, await GetAsync(host.Client, path, ("Forwarded", "for=192.0.2.1")));
            Assert.Equal(HttpStatusCode.NotFound, await GetAsync(host.Client, path, ("Host", "sync.example.com")));
        }
    }

    [Fact]
    public async Task Address_of_their_own_serves_them_and_nothing_else_does()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        var address = $"http://127.0.0.1:{TcpForwarder.FreePort()}";
        await using var host = await TestHost.StartAsync(
            database.ConnectionString, waitUntilReady: false, settings: [$"--Callbacks:ManagementUrl={address}"]);
        using var management = new HttpClient { BaseAddress = new Uri(address) };
        await Eventually.TrueAsync("the host is ready", async () => await GetAsync(management, "/readyz") == HttpStatusCode.OK);
        foreach (var path in Paths)
        {
            Assert.Equal(HttpStatusCode.OK, await GetAsync(management, path, ("X-Forwarded-For", "192.0.2.1")));
            Assert.Equal(HttpStatusCode.NotFound, await GetAsync(host.Client, path));
        }

        var delivery = tenant.WeCom.Deliver("1");
        Assert.Equal(HttpStatusCode.OK, await GetAsync(host.Client, $"{tenant.Path}?{delivery.EchoQuery}"));
        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(management, $"{tenant.Path}?{delivery.EchoQuery}"));
    }

    [Fact]
    public async Task Metrics_count_what_became_of_requests_without_naming_tenants()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        var spool = Directory.CreateTempSubdirectory("wecomsync-spool-");
        // A process of its own: meters are known by name in the whole process, and a host of another test that ends would take these figures with it.
        await using var host = await CallbackProcess.StartReadyAsync(database.ConnectionString, spool.FullName);
        var delivery = tenant.WeCom.Deliver(tenant.UserEvent(1));
        await host.Client.PostAsync(tenant, delivery with { Signature = new string('0', 40) }, Cancel);

        // The exporter answers from a cache for a moment, and on a busy machine the event may go through the spool first.
        var metrics = "";
        await Eventually.TrueAsync("the metrics show each outcome", async () =>
        {
            await host.Client.PostAsync(tenant, delivery, Cancel);
            metrics = await host.Client.GetStringAsync("/metrics", Cancel);
            return Outcomes.All(outcome =>
                metrics.Contains($"channel=\"contacts\",outcome=\"{outcome}\"", StringComparison.Ordinal));
        });
        foreach (var name in new[] { "duration_seconds", "batch_size", "commit_time_seconds", "spool_depth", "spool_size_bytes", "spool_aside", "breaker_open", "clock_skew_seconds" })
        {
            Assert.Contains($"wecomsync_callbacks_{name}", metrics, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(tenant.CallbackKey, metrics, StringComparison.Ordinal);
        Assert.DoesNotContain(tenant.CorpId, metrics, StringComparison.Ordinal);
        spool.Delete(recursive: true);
    }

    [Fact]
    public async Task Forwarded_source_is_believed_from_configured_proxies_only()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        var forged = tenant.WeCom.Deliver("x") with { Signature = new string('0', 40) };
        foreach (var (settings, separate) in new[] { (Array.Empty<string>(), false), (["--Callbacks:TrustedProxies=127.0.0.0/8"], true) })
        {
            await using var host = await TestHost.StartAsync(database.ConnectionString, settings: settings);
            await Eventually.TrueAsync("the flooding source is over its limit", async () =>
            {
                var flood = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => IsClosedAsync(host.Client, tenant, forged.Query, forged.Body, "192.0.2.1")));
                return flood.Any(closed => closed) && await IsClosedAsync(host.Client, tenant, forged.Query, forged.Body, "192.0.2.2") != separate;
            });
        }
    }

    private static async Task<bool> IsClosedAsync(HttpClient client, TestTenant tenant, string query, string body, string source)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{tenant.Path}?{query}") { Content = new StringContent(body) };
        request.Headers.Add("X-Forwarded-For", source);
        using var answer = await client.SendAsync(request, Cancel);
        return answer.Headers.ConnectionClose == true;
    }

    private static async Task<HttpStatusCode> GetAsync(HttpClient client, string path, (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (header is { } given)
        {
            request.Headers.Add(given.Name, given.Value);
        }

        using var answer = await client.SendAsync(request, Cancel);
        return answer.StatusCode;
    }
}
