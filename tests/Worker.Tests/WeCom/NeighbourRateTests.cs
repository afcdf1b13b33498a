using System.Diagnostics;
using System.Globalization;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

/// <summary>WeCom refuses one tenant's calls with 45009: the others' calls come as often as before.</summary>
public sealed class NeighbourRateTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Calls = 1_000;
    private const int Impatient = 8;

    /// <summary>For what takes a second or two, however busy the machine is.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Others_wait_for_nothing_while_one_tenant_is_refused()
    {
        await using var stub = await WeComStub.StartAsync();
        // The token names its corp, so that the stub knows who calls.
        stub.On("gettoken", call => call.JsonAsync($$"""{"errcode":0,"access_token":"{{CorpOf(call.Query)}}","expires_in":7200}"""));
        string? refused = null;
        var refusals = 0;
        stub.On("user/get", async call =>
        {
            if (string.Equals(call.Token, refused, StringComparison.OrdinalIgnoreCase))
            {
                Interlocked.Increment(ref refusals);
                await call.JsonAsync("""{"errcode":45009,"errmsg":"api freq out of limit"}""");
                return;
            }

            await call.JsonAsync("""{"errcode":0,"userid":"a"}""");
        });
        await using var process = WeComProcess.Start(database, stub.BaseUrl, null, ("WeCom:ThrottleWindow", "00:00:01"));
        var troubled = await WeComProcess.AddTenantAsync(database, Channel.App);
        var others = new[] { await WeComProcess.AddTenantAsync(database, Channel.App), await WeComProcess.AddTenantAsync(database, Channel.App) };
        await RateAsync(process, others);
        var alone = await RateAsync(process, others);

        refused = troubled.CorpId;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var waiting = Enumerable.Range(0, Impatient).Select(_ => process.Client.GetUserAsync(troubled, "a", stop.Token)).ToArray();
        await Eventually.TrueAsync("the tenant is refused", () => refusals > 0);
        var beside = await RateAsync(process, others);
        await stop.CancelAsync();
        await Task.WhenAny(Task.WhenAll(waiting));

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"calls a second of {others.Length} other tenants: {alone:0} before, {beside:0} while one is refused with 45009 ({refusals} calls of its own)"));
        Assert.All(others, other => Assert.DoesNotContain($"Tenant {other.TenantId}: user/get is over", process.Logs.Text, StringComparison.Ordinal));
        Assert.All(others, other => Assert.DoesNotContain($"{other.CorpId}: user/get was called", process.Logs.Text, StringComparison.OrdinalIgnoreCase));
        // Those in flight together, and what followed when the block had ended.
        Assert.InRange(refusals, 1, 4 * Impatient);
        if (TestServer.LongRun)
        {
            Assert.InRange(beside / alone, 0.8, double.MaxValue);
        }
    }

    private static async Task<double> RateAsync(WeComProcess process, WeComCaller[] callers)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(Patience);
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Calls),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = deadline.Token },
            async (n, ct) => await process.Client.GetUserAsync(callers[n % callers.Length], "a", ct));
        return Calls / clock.Elapsed.TotalSeconds;
    }

    private static string CorpOf(string query) =>
        query.TrimStart('?').Split('&').Single(part => part.StartsWith("corpid=", StringComparison.Ordinal))["corpid=".Length..];
}
