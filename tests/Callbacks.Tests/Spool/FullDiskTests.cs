using System.Diagnostics;
using System.Net;
using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Spool;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Spool;

/// <summary>G18: 503 exactly when neither PostgreSQL nor the spool has room, and all is well when they have again.</summary>
public sealed class FullDiskTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_are_refused_while_both_are_full_and_none_that_was_acknowledged_is_lost()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        var folder = Directory.CreateTempSubdirectory("wecomsync-spool-").FullName;
        // A real full disk where we may mount one; the configured limit elsewhere.
        var mounted = Environment.IsPrivilegedProcess && await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder);
        try
        {
            await using var proxy = new TcpFaultProxy(database.ConnectionString);
            await using var host = await TestHost.StartAsync(
                proxy.ConnectionString, folder, settings: mounted ? [] : ["--Callbacks:SpoolLimitBytes=1048576"]);
            proxy.Refuse();
            var statuses = new Dictionary<int, HttpStatusCode>();
            var number = 0;
            while (statuses.Values.Count(status => status == HttpStatusCode.ServiceUnavailable) < 20)
            {
                Assert.True(number < 2000, "the spool is never full");
                statuses.Add(number, await host.PostAsync(tenant, tenant.WeCom.Deliver(tenant.UserEvent(number)), Cancel));
                number++;
            }

            Assert.All(statuses.Values, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{status}"));
            Assert.InRange(statuses.Values.Count(status => status == HttpStatusCode.OK), 50, 1000);
            using (var ready = await host.Client.GetAsync("/readyz", Cancel))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            }

            proxy.Heal();
            await Eventually.TrueAsync("the spool is drained", () => host.Get<SpoolFolder>().Count == 0 && !host.Get<Breaker>().IsOpen);
            var acknowledged = statuses.Where(s => s.Value == HttpStatusCode.OK).Select(s => $"user-{s.Key}").Order(StringComparer.Ordinal);
            Assert.Equal(acknowledged, (await InboxRows.OfAsync(database, tenant, Cancel)).Select(e => e.ObjectKey!).Order(StringComparer.Ordinal));

            proxy.Refuse();
            Assert.Equal(HttpStatusCode.OK, await host.PostAsync(tenant, tenant.WeCom.Deliver(tenant.UserEvent(number)), Cancel));
            Assert.Equal(0, host.Get<SpoolFolder>().AsideCount);
        }
        finally
        {
            if (mounted)
            {
                await RunAsync("umount", "-l", folder);
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode == 0;
    }
}
