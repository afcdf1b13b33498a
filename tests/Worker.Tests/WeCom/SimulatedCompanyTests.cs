using WeComSync.Domain.Tenants;
using WeComSync.Simulator;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Limits;
using WeComSync.TestKit;
using WeComSync.Worker.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

/// <summary>Every endpoint against the simulator, which behaves as the fact sheet says.</summary>
public sealed class SimulatedCompanyTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CorpOptions Company = new() { People = 300, Departments = 20, Tags = 3, Seed = 11, AppIsNew = false };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_endpoint_says_what_the_company_is()
    {
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), Cancel);
        var corp = simulator.AddCorp(Company);
        var tenant = await TestTenants.AddAsync(database, corp, Cancel);
        await using var process = WeComProcess.Start(database, simulator.BaseUrl);
        var client = process.Client;
        var app = new WeComCaller(tenant.Id, tenant.CorpId, Channel.App) { Counter = new ApiCallCounter() };
        var contacts = app with { Credential = Channel.Contacts };

        var nodes = await client.ListDepartmentIdsAsync(contacts, Cancel);
        var departments = await client.ListDepartmentsAsync(app, Cancel);
        var rows = await client.ListUserIdsAsync(contacts, Cancel).ToListAsync(Cancel);
        var users = await client.ListUsersAsync(app, 1, true, Cancel).ToListAsync(Cancel);
        var tags = await client.ListTagsAsync(app, Cancel);
        var agent = await client.GetAgentAsync(app, corp.App.AgentId, Cancel);

        Assert.Equal(corp.World.Departments.Select(d => d.Id).Order(), nodes.Select(n => n.Id).Order());
        Assert.Equal(corp.World.Departments.Select(d => (d.Id, (string?)d.Name)).Order(), departments.Select(d => (d.Id, d.Name)).Order());
        Assert.Equal(
            corp.World.People.SelectMany(p => p.Memberships.Select(m => (p.UserId, m.DepartmentId))).Order(),
            rows.Select(r => (r.UserId, r.DepartmentId)).Order());
        Assert.Equal(
            corp.World.People.Select(p => (p.UserId, (string?)p.Name, (string?)p.Mobile)).Order(), users.Select(u => (u.UserId, u.Name, u.Mobile)).Order());
        Assert.Equal(corp.World.Tags.Select(t => ((long?)t.Id, (string?)t.Name)).Order(), tags.Select(t => (t.Id, t.Name)).Order());
        Assert.Equal(corp.App.AgentId, agent.AgentId);
        Assert.NotEmpty(await client.GetCallbackIpsAsync(app, Cancel));
        Assert.NotEmpty(await client.GetApiDomainIpsAsync(app, Cancel));
        Assert.Equal(departments[3].Name, (await client.GetDepartmentAsync(app, departments[3].Id, Cancel)).Name);
        Assert.Equal(users[7].Name, (await client.GetUserAsync(app, users[7].UserId.ToUpperInvariant(), Cancel)).Name);
        Assert.Equal(
            corp.World.Tags[0].Users.Order(StringComparer.Ordinal), (await client.GetTagAsync(app, tags[0].Id!.Value, Cancel)).UserIds!.Order(StringComparer.Ordinal));
        Assert.Equal(simulator.Calls.Count(corp.Id), app.Counter!.Count);
    }

    [Theory]
    [InlineData(HiddenShape.Absent)]
    [InlineData(HiddenShape.Empty)]
    [InlineData(HiddenShape.Null)]
    public async Task Hidden_fields_of_any_shape_disturb_nothing(HiddenShape shape)
    {
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), Cancel);
        var corp = simulator.AddCorp(Company with { AppIsNew = true, Settings = new CorpSettings { HiddenShape = shape } });
        var tenant = await TestTenants.AddAsync(database, corp, Cancel);
        await using var process = WeComProcess.Start(database, simulator.BaseUrl);

        var users = await process.Client.ListUsersAsync(new WeComCaller(tenant.Id, tenant.CorpId, Channel.App), 1, true, Cancel).ToListAsync(Cancel);

        Assert.Equal(300, users.Count);
        Assert.All(users, user => Assert.Equal(shape == HiddenShape.Empty ? "" : null, user.Mobile));
    }

    [Fact]
    public async Task Tokens_that_die_early_cost_one_call_each_and_nobody_is_missed()
    {
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), Cancel);
        var corp = simulator.AddCorp(Company with { Settings = new CorpSettings { CallsPerToken = 5, RepeatsToken = false, ExpiredTokenCode = 40014 } });
        var tenant = await TestTenants.AddAsync(database, corp, Cancel);
        await using var process = WeComProcess.Start(database, simulator.BaseUrl);
        var caller = new WeComCaller(tenant.Id, tenant.CorpId, Channel.App);

        var users = new List<WeComUser>();
        foreach (var department in corp.World.Departments)
        {
            users.AddRange(await process.Client.ListUsersAsync(caller, department.Id, false, Cancel).ToListAsync(Cancel));
        }

        Assert.Equal(300, users.Select(u => u.UserId).Distinct().Count());
        Assert.Equal(4, simulator.Calls.Count(corp.Id, "gettoken"));
    }

    [Fact]
    public async Task Limit_on_calls_at_once_is_found_and_kept_to()
    {
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), Cancel);
        var corp = simulator.AddCorp(Company with { Settings = new CorpSettings { Limits = new RateLimits { Concurrent = 2 } } });
        simulator.Faults.Always(corp, Fault.Delay(TimeSpan.FromMilliseconds(2)), "user/get");
        var tenant = await TestTenants.AddAsync(database, corp, Cancel);
        await using var process = WeComProcess.Start(database, simulator.BaseUrl, null, ("WeCom:CallsInFlight", "16"));
        var caller = new WeComCaller(tenant.Id, tenant.CorpId, Channel.App);

        var users = await Task.WhenAll(corp.World.People.Take(60).Select(p => process.Client.GetUserAsync(caller, p.UserId, Cancel)));

        Assert.Equal(60, users.Length);
    }

    [Fact]
    public async Task Tickets_of_corp_and_application_differ_and_stay_while_they_are_good()
    {
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), Cancel);
        var corp = simulator.AddCorp(Company);
        var tenant = await TestTenants.AddAsync(database, corp, Cancel);
        await using var process = WeComProcess.Start(database, simulator.BaseUrl);
        var app = new WeComCaller(tenant.Id, tenant.CorpId, Channel.App);

        var ofCorp = await process.Customers.GetCorpTicketAsync(app, Cancel);
        var ofAgent = await process.Customers.GetAgentTicketAsync(app, Cancel);

        Assert.NotEqual(ofCorp.Value, ofAgent.Value);
        Assert.Equal((ofCorp.Value, ofAgent.Value),
            ((await process.Customers.GetCorpTicketAsync(app, Cancel)).Value, (await process.Customers.GetAgentTicketAsync(app, Cancel)).Value));
        Assert.InRange(ofCorp.ExpiresAt - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(110), TimeSpan.FromMinutes(121));
        Assert.DoesNotContain(ofCorp.Value, ofCorp.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tickets_beyond_the_hourly_limit_are_a_wait_and_another_secret_gets_none()
    {
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), Cancel);
        var corp = simulator.AddCorp(Company with { Settings = new CorpSettings { Customers = new CustomerSettings { TicketsPerHourAndApp = 1 } } });
        var tenant = await TestTenants.AddAsync(database, corp, Cancel);
        await using var process = WeComProcess.Start(database, simulator.BaseUrl, null, ("WeCom:ThrottlePatience", "00:00:00"));
        var app = new WeComCaller(tenant.Id, tenant.CorpId, Channel.App);
        await process.Customers.GetCorpTicketAsync(app, Cancel);

        var throttled = await Assert.ThrowsAsync<WeComException>(() => process.Customers.GetCorpTicketAsync(app, Cancel));
        var refused = await Assert.ThrowsAsync<WeComException>(
            () => process.Customers.GetAgentTicketAsync(app with { Credential = Channel.Contacts }, Cancel));

        Assert.Equal((45009, WeComErrorClass.Throttle), (throttled.ErrCode, throttled.Class));
        Assert.Equal((48002, WeComErrorClass.StopFeature), (refused.ErrCode, refused.Class));
    }

    [Fact]
    public async Task Untrusted_address_is_named_in_what_to_do()
    {
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions { CallerAddress = "203.0.113.77" }, Cancel);
        var corp = simulator.AddCorp(Company with { TrustedIps = ["203.0.113.1"] });
        var tenant = await TestTenants.AddAsync(database, corp, Cancel);
        await using var process = WeComProcess.Start(database, simulator.BaseUrl);

        var failure = await Assert.ThrowsAsync<WeComException>(
            () => process.Client.ListDepartmentsAsync(new WeComCaller(tenant.Id, tenant.CorpId, Channel.App), Cancel));

        Assert.Equal((60020, WeComErrorClass.StopTenant, "203.0.113.77"), (failure.ErrCode, failure.Class, failure.FromIp));
        Assert.StartsWith("Add 203.0.113.77 to ", failure.Action, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_that_breaks_in_mid_list_loses_nobody()
    {
        await using var simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), Cancel);
        var corp = simulator.AddCorp(Company);
        var tenant = await TestTenants.AddAsync(database, corp, Cancel);
        await using var process = WeComProcess.Start(database, simulator.BaseUrl);
        simulator.Faults.Add(new FaultRule { Fault = Fault.Reset(inMidBody: true), Path = "user/list", Times = 2 });
        var users = await process.Client.ListUsersAsync(new WeComCaller(tenant.Id, tenant.CorpId, Channel.App), 1, true, Cancel).ToListAsync(Cancel);

        Assert.Equal(300, users.Select(u => u.UserId).Distinct().Count());
    }
}
