using System.Net;
using Microsoft.EntityFrameworkCore;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Receiving;

/// <summary>Settings: valid the moment they are saved, on every host.</summary>
public sealed class AddressTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Echo = "1616140317555161061";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Echo_is_answered_plain_and_alone()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);

        foreach (var message in new[] { Echo, "", "何雨桐 \r\n" })
        {
            using var answer = await host.Client.GetAsync($"{tenant.Path}?{tenant.WeCom.Deliver(message).EchoQuery}", Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("text/plain", answer.Content.Headers.ContentType?.ToString());
            Assert.Equal(System.Text.Encoding.UTF8.GetBytes(message), await answer.Content.ReadAsByteArrayAsync(Cancel));
        }

        await InboxRows.AssertCountAsync(database, tenant, 0, Cancel);
    }

    /// <summary>People paste it with a slash or a blank around it, or a program makes it upper case.</summary>
    [Fact]
    public async Task Address_that_is_nearly_right_is_taken_as_it_was_meant()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        string[] paths =
        [
            $"{tenant.Path}/", $"{tenant.Path}//", $"{tenant.Path}%20", $"{tenant.Path}/%20", $"{tenant.Path}%E3%80%80", $"{tenant.Path}%0D%0A", $"/{tenant.Path}",
            $"/callbacks//{tenant.CallbackKey}/contacts", $"/callbacks/{tenant.CallbackKey}%20/contacts", tenant.Path.ToUpperInvariant(),
            $"/Callbacks/{tenant.CallbackKey}/Contacts",
        ];
        for (var i = 0; i < paths.Length; i++)
        {
            var echo = tenant.WeCom.Deliver(Echo);
            var told = tenant.WeCom.Deliver(tenant.UserEvent(i));
            var address = new Uri(host.Client.BaseAddress!, $"http://{host.Client.BaseAddress!.Authority}{paths[i]}?{echo.EchoQuery}");
            Assert.Equal((paths[i], Echo), (paths[i], await host.Client.GetStringAsync(address, Cancel)));
            Assert.Equal((paths[i], HttpStatusCode.OK), (paths[i], await host.PostAsync($"http://{address.Authority}{paths[i]}?{told.Query}", told.Body, Cancel)));
        }

        await InboxRows.AssertCountAsync(database, tenant, paths.Length, Cancel);
    }

    [Fact]
    public async Task Echo_with_spaces_instead_of_plus_is_answered()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        CallbackDelivery delivery;
        do
        {
            delivery = tenant.WeCom.Deliver(Echo);
        }
        while (!delivery.Encrypted.Contains('+', StringComparison.Ordinal));

        foreach (var echo in new[] { delivery.Encrypted, delivery.Encrypted.Replace("+", "%20", StringComparison.Ordinal) })
        {
            Assert.Equal(Echo, await host.Client.GetStringAsync($"{tenant.Path}?{delivery.Query}&echostr={echo}", Cancel));
        }
    }

    /// <summary>G5: the request comes right after the commit, whether the announcement was heard or not.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Settings_saved_a_moment_ago_verify_the_next_request_within_a_second(bool announce)
    {
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        for (var round = 0; round < 5; round++)
        {
            // A tenant nobody knew, then other keys for it.
            var tenant = await TestTenant.AddAsync(database, Cancel);
            await AssertEchoAsync(host, tenant);
            var rotated = tenant with { Token = TestTenant.NewToken(), EncodingAesKey = TestTenant.NewEncodingAesKey() };
            await rotated.SaveAsync(database, Cancel, announce: announce);
            await AssertEchoAsync(host, rotated);
        }
    }

    [Fact]
    public async Task Rotated_keys_work_at_once_and_the_former_ones_until_their_end()
    {
        var old = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        await AssertEchoAsync(host, old);

        var rotated = old with { Token = TestTenant.NewToken(), EncodingAesKey = TestTenant.NewEncodingAesKey() };
        await rotated.SaveAsync(database, Cancel, former: old, formerUntil: DateTimeOffset.UtcNow.AddMinutes(5));
        await AssertEchoAsync(host, rotated);
        Assert.Equal(HttpStatusCode.OK, await host.PostAsync(old, old.WeCom.Deliver(old.UserEvent(1)), Cancel));

        await rotated.SaveAsync(database, Cancel, former: old, formerUntil: DateTimeOffset.UtcNow.AddSeconds(-1));
        await Eventually.TrueAsync("the former keys are refused", async () =>
        {
            using var answer = await host.Client.GetAsync($"{old.Path}?{old.WeCom.Deliver(Echo).EchoQuery}", Cancel);
            return answer.StatusCode == HttpStatusCode.Forbidden;
        });
        Assert.Equal(HttpStatusCode.Forbidden, await host.PostAsync(old, old.WeCom.Deliver(old.UserEvent(2)), Cancel));
        await AssertEchoAsync(host, rotated);
        await InboxRows.AssertCountAsync(database, old, 1, Cancel);
    }

    [Theory]
    [InlineData("enabled")]
    [InlineData("switched_on")]
    public async Task Tenant_with_either_switch_off_is_refused_and_accepted_at_once_when_it_is_on_again(string own)
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        await SetAsync(tenant, $"{own} = false");
        await Eventually.TrueAsync("it is refused", async () =>
            await host.PostAsync(tenant, tenant.WeCom.Deliver(tenant.UserEvent(1)), Cancel) == HttpStatusCode.Forbidden);
        await SetAsync(tenant, $"{own} = true");
        Assert.Equal(HttpStatusCode.OK, await host.PostAsync(tenant, tenant.WeCom.Deliver(tenant.UserEvent(2)), Cancel));
    }

    [Fact]
    public async Task Address_that_was_reset_is_refused_and_the_new_one_accepted_at_once()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        await AssertEchoAsync(host, tenant);
        var moved = tenant with { CallbackKey = new string('a', 31) + "1" };
        await SetAsync(tenant, $"callback_key = '{moved.CallbackKey}'");
        await AssertEchoAsync(host, moved);
        Assert.Equal(HttpStatusCode.Forbidden, await host.PostAsync(tenant, tenant.WeCom.Deliver(tenant.UserEvent(1)), Cancel));
    }

    [Fact]
    public async Task Tenant_whose_stored_key_is_damaged_is_refused_and_others_are_not()
    {
        var damaged = await TestTenant.AddAsync(database, Cancel);
        var whole = await TestTenant.AddAsync(database, Cancel);
        await using (var break_ = database.DataSource.CreateCommand("UPDATE control.wecom_settings SET token = 'x' || token WHERE tenant_id = $1"))
        {
            break_.Parameters.Add(new() { Value = damaged.Id });
            await break_.ExecuteNonQueryAsync(Cancel);
        }

        await using var host = await TestHost.StartAsync(database.ConnectionString);
        Assert.Equal(HttpStatusCode.Forbidden, await host.PostAsync(damaged, damaged.WeCom.Deliver(damaged.UserEvent(1)), Cancel));
        Assert.Equal(HttpStatusCode.OK, await host.PostAsync(whole, whole.WeCom.Deliver(whole.UserEvent(1)), Cancel));
    }

    [Fact]
    public async Task Outcomes_are_counted_per_tenant_and_channel_for_the_console()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        var forged = tenant.WeCom.Deliver("x") with { Signature = new string('0', 40) };
        await AssertEchoAsync(host, tenant);
        await host.PostAsync(tenant, forged, Cancel);
        await host.PostAsync(tenant, forged, Cancel);
        await host.PostAsync(tenant, tenant.WeCom.Deliver(tenant.UserEvent(1)), Cancel);

        await Eventually.TrueAsync("the attempts are written", async () => (await AttemptsAsync(tenant)).Count == 3);
        var attempts = await AttemptsAsync(tenant);
        Assert.Equal(
            [(CallbackOutcome.Accepted, 1), (CallbackOutcome.Verified, 1), (CallbackOutcome.WrongSignature, 2L)],
            attempts.Select(a => (a.Outcome, a.Count)).OrderBy(a => a.Outcome));
        Assert.All(attempts, a => Assert.InRange(DateTimeOffset.UtcNow - a.LastAt, TimeSpan.Zero, TimeSpan.FromMinutes(1)));

        await host.PostAsync(tenant, forged, Cancel);
        await Eventually.TrueAsync("the count grows in the same row", async () =>
            (await AttemptsAsync(tenant)) is { Count: 3 } again && again.Exists(a => a is { Outcome: CallbackOutcome.WrongSignature, Count: 3 }));
    }

    private static async Task AssertEchoAsync(TestHost host, TestTenant tenant)
    {
        var delivery = tenant.WeCom.Deliver(Echo);
        using var answer = await host.Client.GetAsync($"{tenant.Path}?{delivery.EchoQuery}", Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Echo, await answer.Content.ReadAsStringAsync(Cancel));
    }

    private async Task<List<CallbackAttempt>> AttemptsAsync(TestTenant tenant)
    {
        await using var db = database.OpenContext();
        return await db.CallbackAttempts.Where(a => a.TenantId == tenant.Id).ToListAsync(Cancel);
    }

    private async Task SetAsync(TestTenant tenant, string assignment)
    {
        await using var command = database.DataSource.CreateCommand(
            $"WITH changed AS (UPDATE control.tenants SET {assignment} WHERE id = $1) SELECT pg_notify('{TenantChanges.Channel}', $1::text)");
        command.Parameters.Add(new() { Value = tenant.Id });
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
