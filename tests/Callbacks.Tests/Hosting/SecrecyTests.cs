using System.Net;
using System.Text;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Hosting;

/// <summary>LO 25, SE 23: canaries in every secret, every log level on, every refusal and an outage; nothing of them anywhere.</summary>
public sealed class SecrecyTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Person = "canary-person-4711";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_secret_and_no_body_is_in_logs_spool_or_database()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        var disabled = await TestTenant.AddAsync(database, Cancel, enabled: false);
        var spool = Directory.CreateTempSubdirectory("wecomsync-spool-");
        await using var proxy = new TcpFaultProxy(database.ConnectionString);
        await using var host = await CallbackProcess.StartReadyAsync(
            proxy.ConnectionString, spool.FullName, "--Logging:LogLevel:Default=Trace", "--Logging:LogLevel:Microsoft.AspNetCore=Trace");
        var message = tenant.UserEvent(1).Replace("12,34", $"{Person}\r\n\u001b[31mINJECTED", StringComparison.Ordinal);
        var deliveries = await SendEverythingAsync(host, tenant, disabled, message);

        proxy.Refuse();
        var spooled = tenant.WeCom.Deliver(message.Replace("user-1", "user-2", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, await host.Client.PostAsync(tenant, spooled, Cancel));
        var spoolFile = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Directory.GetFiles(spool.FullName, "*.event").Single(), Cancel));
        proxy.Heal();
        await Eventually.TrueAsync("the spooled event is moved", () => Directory.GetFiles(spool.FullName, "*.event").Length == 0);
        await host.Process.WaitUntilAsync("the outage is in the log", _ => Task.FromResult(host.Process.Output.Contains("takes events again", StringComparison.Ordinal)));
        host.Process.SendTerminate();
        var log = await host.Process.WaitForExitAsync();

        var dump = await Canary.DumpAsync(database, Cancel);
        Assert.Equal(2, await InboxRows.CountAsync(database, tenant, Cancel));
        string[] secrets = [tenant.Token, tenant.EncodingAesKey, disabled.Token, disabled.EncodingAesKey, Person];
        foreach (var (where, text) in new[] { ("stdout", log.Output), ("stderr", log.Error), ("the dump", dump), ("the spool", spoolFile) })
        {
            Canary.AssertAbsent(where, text, secrets);
        }

        // Addresses and signatures are secrets of the log only.
        foreach (var shown in deliveries.SelectMany(d => new[] { d.Signature, d.Encrypted }).Append(tenant.CallbackKey).Append("INJECTED"))
        {
            Assert.DoesNotContain(shown, log.Output, StringComparison.OrdinalIgnoreCase);
        }

        Assert.All(log.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("{\"@t\":", line, StringComparison.Ordinal));
        Assert.Contains("The Token here is not the one in WeCom", log.Output, StringComparison.Ordinal);
        spool.Delete(recursive: true);
    }

    private static async Task<List<CallbackDelivery>> SendEverythingAsync(CallbackProcess host, TestTenant tenant, TestTenant disabled, string message)
    {
        var good = tenant.WeCom.Deliver(message);
        var otherKey = new CallbackCrypt(tenant.Token, TestTenant.NewEncodingAesKey(), tenant.CorpId).Deliver(message);
        var otherCorp = new CallbackCrypt(tenant.Token, tenant.EncodingAesKey, "ww0").Deliver(message);
        var ofDisabled = disabled.WeCom.Deliver(message);
        var unreadable = tenant.WeCom.Deliver($"<xml><{Person}");
        (TestTenant To, CallbackDelivery What, string? Body)[] all =
        [
            (tenant, good, null), (tenant, good, null), (tenant, good with { Signature = new string('0', 40) }, null), (tenant, otherKey, null),
            (tenant, otherCorp, null), (disabled, ofDisabled, null), (tenant, unreadable, null), (tenant, good, message), (tenant, good, $"<!DOCTYPE {Person}>"),
            (tenant with { CallbackKey = new string('b', 32) }, good, null), (tenant with { Channel = Domain.Tenants.Channel.Archive }, good, null),
        ];
        foreach (var (to, what, body) in all)
        {
            await host.Client.PostAsync(to, what with { Body = body ?? what.Body }, Cancel);
            using var echo = await host.Client.GetAsync($"{to.Path}?{what.EchoQuery}", Cancel);
        }

        await host.Client.PostAsync($"{tenant.Path}?{good.Query}&nonce={Person}%0d%0a", good.Body, Cancel);
        using (var raw = await RawClient.ConnectAsync(host.Client.BaseAddress!, Cancel))
        {
            await raw.SendAsync($"POST {tenant.Path}?{good.Query} HTTP/1.1\r\nHost: a\r\nContent-Length: {Person}\r\n\r\n", Cancel);
            await raw.ReadToEndAsync(Cancel);
        }

        using (var raw = await RawClient.ConnectAsync(host.Client.BaseAddress!, Cancel))
        {
            await raw.SendAsync($"POST {tenant.Path}?{Person} bad HTTP/1.1\r\n\r\n", Cancel);
            await raw.ReadToEndAsync(Cancel);
        }

        return [.. all.Select(a => a.What)];
    }
}
