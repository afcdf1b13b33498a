using System.Net;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.EndToEnd.Events;

/// <summary>WeCom's events have whole seconds, and many have no content: two changes can be the same bytes.</summary>
public sealed class SameSecondTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Change_that_is_told_in_the_same_bytes_as_one_that_was_applied_is_applied_too()
    {
        await using var hosts = await BothHosts.OpenAsync(await PrivatePostgres.StartAsync(Cancel));
        var company = await hosts.AddCompanyAsync(new CorpOptions
        {
            People = 5, Departments = 2, Seed = 74, Customers = new CustomerOptions { Count = 10, Relations = 12, TagGroups = 1 },
        });
        await TestTenants.SetCallbackAsync(hosts.Database, company.Tenant, Channel.App, company.Target.Token, company.Target.EncodingAesKey, Cancel);
        await hosts.StartAsync();
        var customers = company.Corp.Customers;
        var relation = customers.Relations.First();
        var now = DateTimeOffset.UtcNow;
        var told = CustomerEvent.Contact("edit_external_contact", relation.UserId, relation.ExternalUserId);

        foreach (var remark in new[] { "甲", "乙" })
        {
            customers.Edit(relation.UserId, relation.ExternalUserId, follow => follow with { Remark = remark });
            await PostAsync(hosts, company, told, now);
            await hosts.AppliedAsync(TimeSpan.FromSeconds(30), company);
            Assert.Equal(remark, await hosts.ScalarAsync<string>(
                "SELECT remark FROM mirror.follows WHERE tenant_id = $1 AND user_id = $2 AND external_user_id = $3",
                company.Id, relation.UserId, relation.ExternalUserId));
        }

        Assert.Equal(2, await hosts.ScalarAsync<int>("SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND state = 'applied'", company.Id));
        Assert.Equal(
            ["created", "changed {remark}"],
            await hosts.ListAsync("""
                SELECT op || CASE op WHEN 'changed' THEN ' ' || fields::text ELSE '' END FROM mirror.changes
                WHERE tenant_id = $1 AND entity = 'follow' AND key ->> 'user_id' = $2 AND key ->> 'external_user_id' = $3 ORDER BY seq
                """, company.Id, relation.UserId, relation.ExternalUserId));
    }

    private static async Task PostAsync(BothHosts hosts, HostedCompany company, CustomerEvent told, DateTimeOffset at)
    {
        var target = company.Target with { Url = company.Target.Url.Replace("/contacts", "/app", StringComparison.Ordinal) };
        using var request = target.Seal(company.Corp.Id, told.ToXml(company.Corp.Id, at), at).ToRequest();
        using var answer = await hosts.Callbacks.Client.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
