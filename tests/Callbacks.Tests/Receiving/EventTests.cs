using System.Net;
using System.Security.Cryptography;
using System.Text;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Receiving;

public sealed class EventTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Event_is_stored_protected_and_its_job_queued_before_it_is_acknowledged()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        var message = tenant.UserEvent(1);

        using var content = new StringContent(tenant.WeCom.Deliver("").Body);
        var delivery = tenant.WeCom.Deliver(message);
        using var answer = await host.Client.PostAsync($"{tenant.Path}?{delivery.Query}", new StringContent(delivery.Body), Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("success", await answer.Content.ReadAsStringAsync(Cancel));
        await InboxRows.AssertCountAsync(database, tenant, 1, Cancel);
        var stored = Assert.Single(await InboxRows.OfAsync(database, tenant, Cancel));
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(message)), stored.Digest);
        Assert.Equal((Channel.Contacts, "change_contact", "update_user", "user-1"), (stored.Channel, stored.Event, stored.ChangeType, stored.ObjectKey));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1767322811), stored.CreateTime);
        Assert.Equal((EventState.Waiting, 0), (stored.State, stored.Tries));
        Assert.InRange(DateTimeOffset.UtcNow - stored.ReceivedAt, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.Equal(
            message,
            Encoding.UTF8.GetString(database.Protector.Unprotect(tenant.Id, SecretFields.CallbackPayload, stored.Payload!)));
        Assert.Equal(1, await InboxRows.CountJobsAsync(database, tenant, Cancel));
    }

    [Fact]
    public async Task Repeated_event_is_acknowledged_and_stored_once()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        var message = tenant.UserEvent(1);

        for (var i = 0; i < 3; i++)
        {
            // WeCom encrypts a repeat anew: only the message is the same.
            Assert.Equal(HttpStatusCode.OK, await host.PostAsync(tenant, tenant.WeCom.Deliver(message), Cancel));
        }

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
            Assert.Equal(HttpStatusCode.OK, await host.PostAsync(tenant, tenant.WeCom.Deliver(message), Cancel))));
        await InboxRows.AssertCountAsync(database, tenant, 1, Cancel);
        Assert.Equal(1, await InboxRows.CountJobsAsync(database, tenant, Cancel));
    }

    [Fact]
    public async Task Same_message_on_another_channel_or_for_another_tenant_is_another_event()
    {
        var contacts = await TestTenant.AddAsync(database, Cancel);
        var customers = await TestTenant.AddAsync(database, Cancel, Channel.Customers);
        await using var host = await TestHost.StartAsync(database.ConnectionString);

        foreach (var tenant in new[] { contacts, customers })
        {
            Assert.Equal(HttpStatusCode.OK, await host.PostAsync(tenant, tenant.WeCom.Deliver(contacts.UserEvent(1)), Cancel));
        }

        await InboxRows.AssertCountAsync(database, contacts, 1, Cancel);
        await InboxRows.AssertCountAsync(database, customers, 1, Cancel);
    }

    /// <summary>G8: what WeCom advises for duplicates, sender and time, would make one event of these.</summary>
    [Fact]
    public async Task Thousand_events_of_one_company_in_one_second_are_thousand_rows()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);

        await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = Cancel }, async (number, ct) =>
            Assert.Equal(HttpStatusCode.OK, await host.PostAsync(tenant, tenant.WeCom.Deliver(tenant.UserEvent(number)), ct)));

        await InboxRows.AssertCountAsync(database, tenant, 1000, Cancel);
        var stored = await InboxRows.OfAsync(database, tenant, Cancel);
        Assert.Equal(Enumerable.Range(0, 1000).Select(number => $"user-{number}").Order(), stored.Select(e => e.ObjectKey!).Order());
        Assert.Single(stored.Select(e => e.CreateTime).Distinct());
        Assert.Equal(1, await InboxRows.CountJobsAsync(database, tenant, Cancel));
    }

    [Fact]
    public async Task Unknown_kind_of_event_is_kept()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel, Channel.App);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        const string Message = "<xml><MsgType>text</MsgType><Content>你好</Content></xml>";

        Assert.Equal(HttpStatusCode.OK, await host.PostAsync(tenant, tenant.WeCom.Deliver(Message), Cancel));

        await InboxRows.AssertCountAsync(database, tenant, 1, Cancel);
        var stored = Assert.Single(await InboxRows.OfAsync(database, tenant, Cancel));
        Assert.Equal(("text", null, null, null), (stored.Event, stored.ChangeType, stored.ObjectKey, stored.CreateTime));
    }

    [Fact]
    public async Task Json_envelope_is_accepted()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var host = await TestHost.StartAsync(database.ConnectionString);
        var encrypted = tenant.WeCom.Encrypt(tenant.UserEvent(1));
        var delivery = tenant.WeCom.DeliverEncrypted(encrypted, $$"""{"tousername":"{{tenant.CorpId}}","encrypt":"{{encrypted}}","agentid":""}""");

        Assert.Equal(HttpStatusCode.OK, await host.PostAsync(tenant, delivery, Cancel));
        await InboxRows.AssertCountAsync(database, tenant, 1, Cancel);
    }
}
