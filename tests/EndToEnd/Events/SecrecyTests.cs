using System.Net;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.EndToEnd.Events;

/// <summary>LO 25, SE 23: a whole run of both hosts, every log level on, with everything that can become of an event.</summary>
public sealed class SecrecyTests
{
    private const string Body = "canary-of-the-body-4711";

    private static readonly string[] Categories =
        ["Default", "Microsoft", "Microsoft.EntityFrameworkCore", "Hangfire", "Polly", "Quartz", "System.Net.Http.HttpClient", "Npgsql"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Neither_the_logs_of_both_hosts_nor_a_dump_hold_a_secret_or_what_an_event_said()
    {
        await using var hosts = await BothHosts.OpenAsync(
            await PrivatePostgres.StartAsync(Cancel),
            [.. Categories.Select(category => $"--Logging:LogLevel:{category}=Trace")],
            [.. Categories.Select(category => ($"Logging__LogLevel__{category}", (string?)"Trace"))]);
        var company = await hosts.AddCompanyAsync(new CorpOptions { People = 10, Departments = 3, Seed = 71 });
        await hosts.MirrorAsync(company);
        await hosts.StartAsync(company);
        var person = company.Corp.World.People[0].UserId;

        await PostAsync(hosts, company, HttpStatusCode.OK, "update_user", $"<UserID>{person}</UserID>");
        await PostAsync(hosts, company, HttpStatusCode.OK, "paint_user", $"<UserID>{person}</UserID>");
        await PostAsync(hosts, company, HttpStatusCode.OK, "update_user", "<UserID></UserID>");
        var stranger = company.Target with { Token = "another" };
        await PostAsync(hosts, company with { Target = stranger }, HttpStatusCode.Forbidden, "update_user", $"<UserID>{person}</UserID>");
        foreach (var state in new[] { "applied", "ignored", "failed" })
        {
            await ComesAsync(hosts, company, state, 1);
        }

        await hosts.Server.StopImmediatelyAsync(Cancel);
        await PostAsync(hosts, company, HttpStatusCode.OK, "update_user", $"<UserID>{person}</UserID><Spooled/>");
        Assert.Equal(1, hosts.Spooled);
        await hosts.Server.StartAsync(Cancel);
        hosts.Database.DataSource.Clear();
        await ComesAsync(hosts, company, "applied", 2);

        hosts.Simulator.Faults.Always(company.Corp, Fault.TokenDeath(), "user/get");
        await PostAsync(hosts, company, HttpStatusCode.OK, "update_user", $"<UserID>{person}</UserID><Refused/>");
        await Eventually.TrueAsync("the refused token was tried", () => hosts.Simulator.Calls.Count(company.Corp.Id, "gettoken") > 2);
        hosts.Simulator.Faults.Clear();
        hosts.Simulator.Faults.Always(company.Corp, Fault.ErrCode(60020), "user/get");
        await PostAsync(hosts, company, HttpStatusCode.OK, "update_user", $"<UserID>{person}</UserID><Stops/>");
        await Eventually.TrueAsync("the tenant is stopped", async () =>
            await hosts.ScalarAsync<string>("SELECT state FROM control.tenants WHERE id = $1", company.Id) == "stopped", TimeSpan.FromMinutes(2));

        var dump = await Canary.DumpAsync(hosts.Database, Cancel);
        var logs = await hosts.StopAsync();
        string[] secrets = [company.Target.Token, company.Target.EncodingAesKey, company.Corp.App.Secret, company.Corp.Contacts.Secret, Body];
        Canary.AssertAbsent("the log", logs, secrets);
        Canary.AssertAbsent("the dump", dump, secrets);
        Assert.DoesNotContain(company.Tenant.CallbackKey, logs, StringComparison.Ordinal);
        Assert.DoesNotMatch("access_token=[^*\"&]", logs);
        // It looked where something stands.
        Assert.Contains("events applied", logs, StringComparison.Ordinal);
        Assert.Contains("\"Debug\"", logs, StringComparison.Ordinal);
        Assert.Contains(person, dump, StringComparison.Ordinal);
    }

    private static Task<TimeSpan> ComesAsync(BothHosts hosts, HostedCompany company, string state, int count) => Eventually.TrueAsync(
        $"{count} events are {state}",
        async () => await hosts.ScalarAsync<int>(
            "SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND state = $2", company.Id, state) == count,
        TimeSpan.FromMinutes(1));

    private static async Task PostAsync(BothHosts hosts, HostedCompany company, HttpStatusCode expected, string change, string elements)
    {
        var now = DateTimeOffset.UtcNow;
        var told = new ContactEvent(change, $"{elements}<Memo><![CDATA[{Body}]]></Memo>").ToXml(company.Corp.Id, now);
        using var request = company.Target.Seal(company.Corp.Id, told, now).ToRequest();
        using var answer = await hosts.Callbacks.Client.SendAsync(request, Cancel);
        Assert.Equal(expected, answer.StatusCode);
    }
}
