using System.Net;
using System.Security.Cryptography;
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
    public async Task Neither_logs_of_both_hosts_nor_dashboard_metrics_and_a_dump_hold_a_secret_or_what_an_event_said()
    {
        await using var hosts = await BothHosts.OpenAsync(
            await PrivatePostgres.StartAsync(Cancel),
            [.. Categories.Select(category => $"--Logging:LogLevel:{category}=Trace")],
            [.. Categories.Select(category => ($"Logging__LogLevel__{category}", (string?)"Trace"))]);
        var company = await hosts.AddCompanyAsync(new CorpOptions { People = 10, Departments = 3, Seed = 71 });
        await hosts.MirrorAsync(company);
        await hosts.StartAsync(company);
        using var console = await ConsoleVisit.LogInAsync(hosts.WorkerClient.BaseAddress!, BothHosts.Operator, BothHosts.Password);
        var canaries = await EnterEverySecretAsync(hosts, console);
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

        var shown = await console.ReadAllAsync() + await hosts.Callbacks.Client.GetStringAsync("/metrics", Cancel);
        var dump = await Canary.DumpAsync(hosts.Database, Cancel);
        var logs = await hosts.StopAsync();
        string[] secrets = [company.Target.Token, company.Target.EncodingAesKey, company.Corp.App.Secret, company.Corp.Contacts.Secret, Body, BothHosts.Password, .. canaries];
        Canary.AssertAbsent("the log", logs, secrets);
        Canary.AssertAbsent("the dump", dump, secrets);
        Canary.AssertAbsent("dashboard and metrics", shown, secrets);
        Assert.DoesNotContain(company.Tenant.CallbackKey, logs, StringComparison.Ordinal);
        Assert.DoesNotMatch("access_token=[^*\"&]", logs);
        // It looked where something stands.
        Assert.All(logs.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches("^\\{\"@t\":\"[^\"]+Z\"", line));
        Assert.Contains("events applied", logs, StringComparison.Ordinal);
        Assert.Contains("\"Debug\"", logs, StringComparison.Ordinal);
        Assert.Contains(person, dump, StringComparison.Ordinal);
    }

    /// <summary>An operator fills in all that a company can have; a sync with it fails, since WeCom knows none of it.</summary>
    /// <returns>What was entered.</returns>
    private static async Task<IReadOnlyList<string>> EnterEverySecretAsync(BothHosts hosts, ConsoleVisit console)
    {
        var other = await hosts.AddCompanyAsync(new CorpOptions { People = 3, Departments = 2, Seed = 72 });
        using var rsa = RSA.Create(2048);
        var pem = rsa.ExportPkcs8PrivateKeyPem();
        var fields = new List<(string Name, string Value)>
        {
            ("enabled", "true"), ("corpId", other.Corp.Id), ("app.agentId", "1000002"), ("archive.version", "1"), ("archive.pem", pem),
        };
        foreach (var channel in new[] { "app", "contacts", "customers", "archive" })
        {
            fields.Add(($"{channel}.secret", $"canarySecretOf{channel}{Guid.NewGuid():N}"));
            fields.Add(($"{channel}.token", $"canary{channel}{Guid.NewGuid():N}"[..30]));
            fields.Add(($"{channel}.encodingAesKey", $"canary{channel}{Guid.NewGuid():N}{Guid.NewGuid():N}"[..42] + "A"));
        }

        Assert.Equal(HttpStatusCode.Found, await console.SendAsync($"/e/{other.Tenant.Key}/wecom", [.. fields]));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await console.SendAsync($"/e/{other.Tenant.Key}/wecom", [.. fields.Take(2), ("contacts.token", fields[^1].Value)]));
        using var stranger = ConsoleVisit.At(hosts.WorkerClient.BaseAddress!);
        Assert.Equal(HttpStatusCode.Unauthorized, await stranger.SendAsync("/login", ("email", "a\r\n{\u001b[31m"), ("password", "canaryPasswordThatIsWrong")));
        Assert.Equal(HttpStatusCode.Found, await console.SendAsync($"/e/{other.Tenant.Key}/sync?handler=Start"));
        await Eventually.TrueAsync("the company with wrong secrets is stopped", async () =>
            await hosts.ScalarAsync<string>("SELECT state FROM control.tenants WHERE id = $1", other.Id) == "stopped", TimeSpan.FromMinutes(1));
        return [.. fields.Where(field => field.Value.StartsWith("canary", StringComparison.Ordinal)).Select(field => field.Value), pem.Split('\n')[5], "canaryPasswordThatIsWrong"];
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
