using WeComSync.Domain.Runs;
using WeComSync.TestKit;
using WeComSync.Worker.Jobs;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Jobs;

public sealed class EffectClaimsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset Due = new(2026, 11, 22, 2, 30, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_twenty_jobs_that_come_at_once_one_acts()
    {
        var tenant = await database.AddTenantAsync(null);
        var claims = new EffectClaims(database.DataSource);
        using var start = new Barrier(20);

        var taken = await Task.WhenAll(Enumerable.Range(1, 20).Select(job => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(Cancel);
                return claims.TryTakeAsync(tenant, SyncKind.Full, Due, $"{job}", Cancel);
            },
            Cancel,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()));

        Assert.Single(taken, won => won);
    }

    [Fact]
    public async Task Job_that_comes_again_goes_on_and_another_does_not()
    {
        var tenant = await database.AddTenantAsync(null);
        var claims = new EffectClaims(database.DataSource);

        Assert.True(await claims.TryTakeAsync(tenant, SyncKind.Full, Due, "1", Cancel));
        Assert.True(await claims.TryTakeAsync(tenant, SyncKind.Full, Due, "1", Cancel));
        Assert.False(await claims.TryTakeAsync(tenant, SyncKind.Full, Due, "2", Cancel));
    }

    [Fact]
    public async Task Claims_of_other_tenants_kinds_and_instants_are_free()
    {
        var tenant = await database.AddTenantAsync(null);
        var other = await database.AddTenantAsync(null);
        var claims = new EffectClaims(database.DataSource);

        Assert.True(await claims.TryTakeAsync(tenant, SyncKind.Full, Due, "1", Cancel));
        Assert.True(await claims.TryTakeAsync(other, SyncKind.Full, Due, "2", Cancel));
        Assert.True(await claims.TryTakeAsync(tenant, SyncKind.Incremental, Due, "3", Cancel));
        Assert.True(await claims.TryTakeAsync(tenant, SyncKind.Full, Due.AddSeconds(1), "4", Cancel));
    }
}
