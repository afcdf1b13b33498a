using System.Globalization;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using WeComSync.Worker.Commands.Sync;
using WeComSync.Worker.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>
/// Every kind of failure at every endpoint that a sync uses: how the run ends, with which exit code, and that nobody is removed.
/// WeCom's failures carry empty lists beside the errcode, as the real ones do. A repeated cursor needs several pages: see the tests of
/// the listing.
/// </summary>
public sealed class FaultMatrixTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly string[] Endpoints =
        ["gettoken", "department/simplelist", "user/list_id", "agent/get", "department/list", "user/list", "tag/list", "tag/get"];

    /// <summary>
    /// How a full sync ends, in the order of <see cref="Endpoints"/>: D done, P partial (5), F failed (1), S stopped (4).
    /// </summary>
    private static readonly Dictionary<WeComErrorClass, string> ByClass = new()
    {
        [WeComErrorClass.Retry] = "FFFFFFPP",
        [WeComErrorClass.RefreshToken] = "FFFFFFPP",
        [WeComErrorClass.Throttle] = "FFFFFFPP",
        [WeComErrorClass.StopTenant] = "SSSSSSSS",
        // Without one kind of list or details the rest goes on; without a token or the visible range nothing does.
        [WeComErrorClass.StopFeature] = "SPPSDSPP",
        [WeComErrorClass.SkipRow] = "SSSSSPPP",
        [WeComErrorClass.Split] = "FFFFFFPP",
        [WeComErrorClass.Restart] = "FFFFFFPP",
        [WeComErrorClass.Bug] = "FFFFFFFF",
    };

    public static TheoryData<string> Faults
    {
        get
        {
            // One code of each class; in a long run every code of the table.
            var codes = TestServer.LongRun
                ? WeComErrors.Known
                : [-1, 40014, 45009, 40001, 60020, 48002, 48009, 45029, 50100, 60011, 40035, 99_999];
            return [.. codes.Select(c => c.ToString(CultureInfo.InvariantCulture)), .. Odd.Keys];
        }
    }

    private static readonly Dictionary<string, string> Odd = new()
    {
        ["html"] = "FFFFFFPP",
        ["reset"] = "FFFFFFPP",
        ["half body"] = "FFFFFFPP",
        ["truncated"] = "FFFFFFPP",
        ["time-out"] = "FFFFFFPP",
        ["empty"] = "FPPDPDDD",
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_at_any_endpoint_ends_as_the_table_says_and_removes_nobody(string name)
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { People = 30, Departments = 6, Tags = 2, Seed = 95 });
        await harness.MirrorAsync();
        var ends = "";
        foreach (var endpoint in Endpoints)
        {
            harness.RestartWorker(("WeCom:Retries", "1"), ("WeCom:TryTimeout", "00:00:00.400"), ("WeCom:StallTimeout", "00:00:00.400"));
            harness.Corp.KillTokens();
            await harness.ScalarAsync<long>("WITH gone AS (DELETE FROM control.access_tokens WHERE tenant_id = $1 RETURNING 1) SELECT count(*) FROM gone");
            harness.Simulator.Faults.Always(harness.Corp, Make(name), endpoint);

            var report = await harness.FullAsync();

            harness.Simulator.Faults.Clear();
            ends += report.State.ToString()[0];
            // Who carries a tag is another matter: a tag may be empty, and then no answer without an error looks different.
            string[] kinds = ["user", "department", "user_department", "contact_tag"];
            Assert.All(kinds, kind => Assert.Equal(0, report.Counts.TryGetValue(kind, out var counts) ? counts.Removed + counts.RemovedAlong : 0));
            // That there are no tags can be true: a person is asked.
            Assert.Equal(name == "empty" && endpoint == "tag/list" ? 2 : 0, kinds.Sum(kind => report.Counts.TryGetValue(kind, out var counts) ? counts.Held : 0));
            Assert.Equal((30L, 6L, 2L), (await harness.LiveAsync("users"), await harness.LiveAsync("departments"), await harness.LiveAsync("contact_tags")));
            Assert.Equal(report.State switch { RunState.Done => report.Total.Held > 0 ? 3 : 0, RunState.Partial => 5, RunState.Stopped => 4, _ => 1 }, SyncCommand.ExitCode(report));
            if (report.State != RunState.Done)
            {
                Assert.False(string.IsNullOrWhiteSpace(report.Error), $"{name} at {endpoint}: the run does not say what failed");
            }

            await harness.ScalarAsync<string>("UPDATE control.tenants SET state = 'active' WHERE id = $1 RETURNING state");
        }

        Assert.Equal(Odd.TryGetValue(name, out var odd) ? odd : ByClass.GetValueOrDefault(ClassOf(name), "none"), ends);
        harness.RestartWorker();
        await harness.MirrorAsync();
        await harness.AssertMirrorIsTrueAsync();
    }

    private static WeComErrorClass ClassOf(string code) =>
        WeComErrors.From("x", int.Parse(code, CultureInfo.InvariantCulture), null, null).Class;

    private static Fault Make(string name) => name switch
    {
        "html" => Fault.BadGateway(),
        "reset" => Fault.Reset(),
        "half body" => Fault.Reset(inMidBody: true),
        "truncated" => Fault.Truncate(),
        "time-out" => Fault.Hang(),
        "empty" => Fault.EmptyList(),
        _ => Fault.ErrCode(int.Parse(name, CultureInfo.InvariantCulture)),
    };
}
