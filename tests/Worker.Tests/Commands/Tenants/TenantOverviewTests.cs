using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.Commands;
using WeComSync.Worker.Commands.Tenants;
using Xunit;

namespace WeComSync.Worker.Tests.Commands.Tenants;

public sealed class TenantOverviewTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    private readonly string key = $"t{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Newest_run_of_each_kind_is_shown_and_dry_runs_are_not()
    {
        var tenant = await AddTenantAsync();
        await AddRunAsync(tenant, SyncKind.Full, hour: 1, created: 9);
        await AddRunAsync(tenant, SyncKind.Full, hour: 3, created: 2);
        await AddRunAsync(tenant, SyncKind.Full, hour: 5, created: 7, dryRun: true);
        await AddRunAsync(tenant, SyncKind.Incremental, hour: 4, created: 0);

        var shown = await ReadAsync();

        Assert.Equal([(SyncKind.Full, 2), (SyncKind.Incremental, 0)], shown.LastRuns.Select(run => (run.Kind, run.Counts.Created)));
        Assert.Equal(Now.AddHours(3), shown.LastRuns[0].StartedAt);
    }

    [Theory]
    [InlineData(true, true, false, "Active")]
    [InlineData(false, true, false, "Disabled")]
    [InlineData(true, false, false, "SwitchedOff")]
    [InlineData(false, false, false, "Disabled")]
    [InlineData(true, true, true, "Stopped")]
    [InlineData(false, false, true, "Stopped")]
    public async Task State_says_whether_anything_is_done_for_the_tenant(bool enabled, bool switchedOn, bool stopped, string state)
    {
        await AddTenantAsync(tenant =>
        {
            (tenant.Enabled, tenant.SwitchedOn) = (enabled, switchedOn);
            if (stopped)
            {
                tenant.Stop(60020, "not allow to access from your ip", "Add this server's IP.", Now);
            }
        });

        var shown = await ReadAsync();
        Assert.Equal(state, shown.State.ToString());
        Assert.Equal(stopped ? 60020 : null, shown.Stopped?.Code);
    }

    [Fact]
    public void List_reads_as_aligned_text_in_a_pipe_and_names_from_outside_cannot_steer_the_terminal()
    {
        using var pipe = new StringWriter();
        var counts = new RunCounts(Read: 1200, Created: 3, Changed: 5, Unchanged: 1192, Removed: 1, Restored: 0, Renamed: 0, Held: 60, Failed: 0, ApiCalls: 9);
        TenantsListCommand.Print(
            CommandOutput.CreateConsole(pipe, terminal: false),
            [
                new("acme", 1, "Acme 有限公司", "ww1", true, ShownState.Active, null, [new(5, SyncKind.Full, RunState.Done, Now, Now.AddMinutes(1), counts, null, null)]),
                new("b", 2, "[red]B\u001b[31m\n", "ww2", true, ShownState.Stopped, new(Now, 60020, "60020: the IP is not trusted.", "Add it."), []),
            ]);

        Assert.Equal(
            """
            KEY   NAME           STATE    LAST FULL                                                LAST INCREMENTAL  LAST CUSTOMERS
            acme  Acme 有限公司  active   done 2026-11-22 08:01:00Z, read 1200: +3 ~5 -1, 60 held  never             never
            b     [red]B[31m     stopped  never                                                    never             never
            b is stopped since 2026-11-22 08:00:00Z: 60020: the IP is not trusted. Add it. Then: 'tenants resume b'.

            """,
            string.Join('\n', pipe.ToString().Split('\n').Select(line => line.TrimEnd())));
    }

    private async Task<TenantOverview> ReadAsync()
    {
        await using var db = database.OpenContext();
        return Assert.Single(await TenantOverview.ReadAsync(db, Cancel), tenant => tenant.Key == key);
    }

    private async Task<long> AddTenantAsync(Action<Tenant>? change = null)
    {
        await using var db = database.OpenContext();
        var tenant = new Tenant { Key = key, Name = "Acme", CorpId = $"ww{key}", CreatedAt = Now, ChangedAt = Now };
        change?.Invoke(tenant);
        db.Add(tenant);
        await db.SaveChangesAsync(Cancel);
        return tenant.Id;
    }

    private async Task AddRunAsync(long tenant, SyncKind kind, int hour, int created, bool dryRun = false)
    {
        await using var db = database.OpenContext();
        db.Add(new SyncRun
        {
            TenantId = tenant, Kind = kind, Owner = "test", State = RunState.Done, Created = created, DryRun = dryRun,
            StartedAt = Now.AddHours(hour), HeartbeatAt = Now.AddHours(hour), FinishedAt = Now.AddHours(hour),
        });
        await db.SaveChangesAsync(Cancel);
    }
}
