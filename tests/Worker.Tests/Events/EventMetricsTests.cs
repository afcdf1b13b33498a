using System.Text.RegularExpressions;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Events;

/// <summary>The worker's <c>/metrics</c> about events: their number does not grow with the tenants.</summary>
/// <remarks>A process of its own: meters are known by name in the whole process, and a host of another test that ends would take these figures with it.</remarks>
public sealed partial class EventMetricsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Tenants = 25;

    /// <summary>Of the backlog, the longest only.</summary>
    private const int Shown = 10;

    [Fact]
    public async Task Lag_ends_and_backlog_are_shown_and_only_the_longest_backlogs_name_their_tenants()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { People = 3, Seed = 131 });
        await using (var fill = database.DataSource.CreateCommand("""
            WITH t AS (
                INSERT INTO control.tenants (key, name, corp_id, time_zone, callback_key, state, enabled, max_removed, max_removed_percent, created_at, changed_at)
                SELECT 'metrics-' || i, 'x', 'wwmetrics' || i, 'UTC', 'metrics-key-' || i, 'active', true, 50, 10, now(), now() FROM generate_series(1, $1) i
                RETURNING id)
            INSERT INTO control.callback_events (tenant_id, channel, digest, received_at, event)
            SELECT id, 'contacts', sha256(convert_to(id || '.' || n, 'UTF8')), now(), 'change_contact' FROM t, generate_series(1, id % 7 + 1) n
            """))
        {
            fill.Parameters.AddWithValue(Tenants);
            await fill.ExecuteNonQueryAsync(ct);
        }

        var address = $"http://127.0.0.1:{TcpForwarder.FreePort()}";
        await using var worker = WorkerProcess.Start(
            database.ConnectionString,
            ["serve"],
            ("WeCom__BaseUrl", harness.Simulator.BaseUrl),
            ("ASPNETCORE_URLS", address),
            ("Console__Operator__Email", TestWorker.Email),
            ("Console__Operator__Password", TestWorker.Password));
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        await worker.WaitForErrorAsync("Now listening on");
        await harness.TellAsync(
            "update_user", [("UserID", harness.World.PersonAt(0).UserId)], receivedAt: DateTimeOffset.UtcNow.AddSeconds(-10));
        await harness.StoreAsync("change_contact", "paint_user", "x", "<xml/>", receivedAt: DateTimeOffset.UtcNow.AddSeconds(-10));
        var metrics = "";
        await Eventually.TrueAsync("the metrics show all", async () =>
        {
            metrics = await client.GetStringAsync("/metrics", ct);
            return Regex.IsMatch(metrics, "wecomsync_events_ended[^\n]*state=\"applied\"") && Regex.IsMatch(metrics, "wecomsync_events_ended[^\n]*state=\"ignored\"")
                && metrics.Contains("wecomsync_events_lag_seconds_bucket", StringComparison.Ordinal)
                && Regex.IsMatch(metrics, "wecomsync_events_waiting(\\{[^\n]*\\})? [1-9]") && Backlog().Count(metrics) > 0;
        });
        Assert.InRange(Backlog().Count(metrics), 1, Shown);
        Assert.DoesNotContain("metrics-", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain(harness.Corp.Id, metrics, StringComparison.Ordinal);
    }

    [GeneratedRegex("wecomsync_events_backlog[^\n]*tenant=\"[0-9]+\"")]
    private static partial Regex Backlog();
}
