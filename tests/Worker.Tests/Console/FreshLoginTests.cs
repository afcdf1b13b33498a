using System.Net;
using WeComSync.TestKit;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

public sealed class FreshLoginTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Secrets_removals_and_the_binding_ask_for_the_password_again_when_it_was_given_long_ago()
    {
        var clock = new LaterClock();
        await using var worker = await TestWorker.StartAsync(database.ConnectionString, clock);
        var tenant = await database.AddTenantAsync("0 0 0 29 2 ?");
        var key = await database.KeyAsync(tenant);
        await database.ExecuteAsync("""
            INSERT INTO control.held_removals (tenant_id, run_id, entity, key, name, last_seen_at, decision)
            VALUES ($1, 1, 'user', '{"user_id": "gone"}', 'Gone', now(), 'pending')
            """, tenant);
        using var browser = worker.Visit();
        using var login = await browser.LogInAsync();
        string[] pages = [$"/e/{key}/wecom", "/operator/platform", "/operator/accounts", "/account/two-factor"];
        foreach (var page in pages)
        {
            using var early = await browser.OpenAsync(page);
            Assert.Equal(HttpStatusCode.OK, early.StatusCode);
        }

        clock.By = TimeSpan.FromMinutes(91);
        foreach (var page in pages)
        {
            using var late = await browser.OpenAsync(page);
            Assert.StartsWith("/account/confirm", late.Headers.Location?.OriginalString, StringComparison.Ordinal);
        }

        // Looking at the sync page is no secret; deciding is.
        using var refused = await browser.SubmitAsync($"/e/{key}/sync", $"/e/{key}/sync?handler=Approve");
        Assert.StartsWith("/account/confirm", refused.Headers.Location?.OriginalString, StringComparison.Ordinal);
        Assert.Equal("pending", await DecisionAsync(tenant));

        using var wrong = await browser.SubmitAsync("/account/confirm", $"/account/confirm?returnUrl=/e/{key}/sync", ("password", "wrong password"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        using var confirmed = await browser.SubmitAsync("/account/confirm", $"/account/confirm?returnUrl=/e/{key}/sync", ("password", TestWorker.Password));
        Assert.Equal($"/e/{key}/sync", confirmed.Headers.Location?.OriginalString);
        using var approved = await browser.SubmitAsync($"/e/{key}/sync", $"/e/{key}/sync?handler=Approve");
        Assert.Equal($"/e/{key}/sync", approved.Headers.Location?.OriginalString);
        Assert.Equal("approved", await DecisionAsync(tenant));
        Assert.Equal(1, await database.ReadAsync<long>("SELECT count(*) FROM control.audit WHERE tenant_id = $1 AND action = 'removals_approved'", tenant));
    }

    private Task<string> DecisionAsync(long tenant) => database.ReadAsync<string>("SELECT decision FROM control.held_removals WHERE tenant_id = $1", tenant);

    private sealed class LaterClock : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + By;
    }
}
