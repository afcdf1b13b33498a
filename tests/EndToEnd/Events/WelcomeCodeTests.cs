using System.Net;
using System.Text;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.EndToEnd.Events;

/// <summary>K§2.3: a welcome code opens a door for 20 seconds. Both hosts keep it encrypted for so long, and nowhere after that.</summary>
public sealed class WelcomeCodeTests
{
    private const string Code = "BLEPH1qhT61qtc4xatws8phP9nhFyJfm5di4PzJ59FH";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Code_stands_nowhere_in_the_database_after_20_seconds_not_even_encrypted_and_a_repeat_is_still_a_duplicate()
    {
        await using var hosts = await BothHosts.OpenAsync(await PrivatePostgres.StartAsync(Cancel));
        var company = await hosts.AddCompanyAsync(new CorpOptions
        {
            People = 5, Departments = 2, Seed = 73, Customers = new CustomerOptions { Count = 10, Relations = 12, TagGroups = 1 },
        });
        await TestTenants.SetCallbackAsync(hosts.Database, company.Tenant, Channel.App, company.Target.Token, company.Target.EncodingAesKey, Cancel);
        await hosts.StartAsync(company);
        var relation = company.Corp.Customers.Relations.First();
        var now = DateTimeOffset.UtcNow;
        var told = CustomerEvent.Contact("add_external_contact", relation.UserId, relation.ExternalUserId, ("State", "shop-1"), ("WelcomeCode", Code));
        // Of somebody whom WeCom will not show: this event waits with its code.
        var stuck = CustomerEvent.Contact("add_external_contact", relation.UserId, "wmNobodyKnowsThisOne", ("WelcomeCode", Code + "2"));
        foreach (var one in new[] { told, stuck })
        {
            await PostAsync(hosts, company, one, now);
        }

        await Eventually.TrueAsync("the code is kept for a platform", async () => await hosts.ScalarAsync<int>(
            "SELECT count(welcome_code) FROM control.contact_notices WHERE tenant_id = $1", company.Id) == 2, TimeSpan.FromSeconds(15));
        Canary.AssertAbsent("the dump", await Canary.DumpAsync(hosts.Database, Cancel), [Code]);
        var encrypted = await EncryptedAsync(hosts, company);
        Assert.Equal(
            [Code, Code + "2"],
            encrypted.Select(code => hosts.Database.Protector.Unprotect(company.Id, SecretFields.WelcomeCode, code)).Distinct().Order(StringComparer.Ordinal));
        Assert.All(await PayloadsAsync(hosts, company), payload => Assert.DoesNotContain(Code, payload, StringComparison.Ordinal));

        // Twenty seconds later, without waiting for them.
        await hosts.ListAsync("UPDATE control.callback_events SET create_time = create_time - interval '20 seconds' WHERE tenant_id = $1 RETURNING ''", company.Id);
        await hosts.ListAsync("UPDATE control.contact_notices SET at = at - interval '20 seconds' WHERE tenant_id = $1 RETURNING ''", company.Id);
        await Eventually.TrueAsync(
            "the codes are gone", async () => (await EncryptedAsync(hosts, company)).Count == 0, TimeSpan.FromSeconds(20));
        await PostAsync(hosts, company, told, now);
        Assert.Equal(2, await hosts.ScalarAsync<int>("SELECT count(*) FROM control.callback_events WHERE tenant_id = $1", company.Id));
        Canary.AssertAbsent("the dump", await Canary.DumpAsync(hosts.Database, Cancel), [Code, .. encrypted]);
        Assert.Equal("shop-1", await hosts.ScalarAsync<string>(
            "SELECT state FROM control.contact_notices WHERE tenant_id = $1 AND external_user_id = $2", company.Id, relation.ExternalUserId));
    }

    /// <summary>The codes as they stand in the database.</summary>
    private static Task<List<string>> EncryptedAsync(BothHosts hosts, HostedCompany company) => hosts.ListAsync("""
        SELECT welcome_code FROM control.callback_events WHERE tenant_id = $1 AND welcome_code IS NOT NULL
        UNION SELECT welcome_code FROM control.contact_notices WHERE tenant_id = $1 AND welcome_code IS NOT NULL
        """, company.Id);

    private static async Task<List<string>> PayloadsAsync(BothHosts hosts, HostedCompany company) =>
        [.. (await hosts.ListAsync("SELECT encode(payload, 'hex') FROM control.callback_events WHERE tenant_id = $1", company.Id))
            .Select(hex => Encoding.UTF8.GetString(hosts.Database.Protector.Unprotect(company.Id, SecretFields.CallbackPayload, Convert.FromHexString(hex))))];

    private static async Task PostAsync(BothHosts hosts, HostedCompany company, CustomerEvent told, DateTimeOffset at)
    {
        var target = company.Target with { Url = company.Target.Url.Replace("/contacts", "/app", StringComparison.Ordinal) };
        using var request = target.Seal(company.Corp.Id, told.ToXml(company.Corp.Id, at), at).ToRequest();
        using var answer = await hosts.Callbacks.Client.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
