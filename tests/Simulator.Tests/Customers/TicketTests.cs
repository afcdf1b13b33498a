using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Customers;

public sealed class TicketTests : IAsyncLifetime
{
    private SimulatorHost _host = null!;
    private Caller _caller = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await SimulatorHost.StartAsync(new SimulatorOptions { Time = new StoppedClock() }, Caller.Cancel);
        _caller = new Caller(_host);
    }

    public ValueTask DisposeAsync()
    {
        _caller.Dispose();
        return _host.DisposeAsync();
    }

    [Theory]
    [InlineData("get_jsapi_ticket")]
    [InlineData("ticket/get?type=agent_config")]
    public async Task A_ticket_stays_the_same_for_two_hours(string call)
    {
        var corp = _host.AddCorp(new CorpOptions { Settings = new CorpSettings { TokenLifetime = TimeSpan.FromHours(9) } });

        var first = await _caller.GetAsync(corp.App, call);
        _host.Clock.Advance(TimeSpan.FromSeconds(7000));
        var second = await _caller.GetAsync(corp.App, call);
        _host.Clock.Advance(TimeSpan.FromSeconds(200));
        var third = await _caller.GetAsync(corp.App, call);

        Assert.Equal((7200L, 200L, 7200L), (first.GetProperty("expires_in").GetInt64(), second.GetProperty("expires_in").GetInt64(), third.GetProperty("expires_in").GetInt64()));
        Assert.Equal(first.Text("ticket"), second.Text("ticket"));
        Assert.NotEqual(first.Text("ticket"), third.Text("ticket"));
    }

    [Fact]
    public async Task Tickets_are_for_applications_each_its_own_and_of_two_kinds()
    {
        var corp = _host.AddCorp(new CorpOptions());
        var second = corp.AddApp(1000003, VisibleRange.WholeCompany);
        string[] tickets =
        [
            (await _caller.GetAsync(corp.App, "get_jsapi_ticket")).Text("ticket"),
            (await _caller.GetAsync(corp.App, "ticket/get?type=agent_config")).Text("ticket"),
            (await _caller.GetAsync(second, "get_jsapi_ticket")).Text("ticket"),
        ];

        Assert.Equal(3, tickets.Distinct().Count());
        Assert.Equal(48002, (await _caller.GetAsync(corp.Contacts, "get_jsapi_ticket")).ErrCode());
        Assert.Equal(48002, (await _caller.GetAsync(corp.CustomerContact, "ticket/get?type=agent_config")).ErrCode());
        Assert.Equal(40058, (await _caller.GetAsync(corp.App, "ticket/get?type=other")).ErrCode());
    }

    [Fact]
    public async Task Tickets_are_limited_per_hour_by_application_and_company()
    {
        var corp = _host.AddCorp(new CorpOptions { Settings = new CorpSettings { Customers = new CustomerSettings { TicketsPerHour = 3, TicketsPerHourAndApp = 2 } } });
        var second = corp.AddApp(1000003, VisibleRange.WholeCompany);

        async Task<int> AskAsync(App app) => (await _caller.GetAsync(app, "get_jsapi_ticket")).ErrCode();

        Assert.Equal((0, 0, 45009), (await AskAsync(corp.App), await AskAsync(corp.App), await AskAsync(corp.App)));
        Assert.Equal(45009, await AskAsync(second));
        Assert.Equal(0, (await _caller.GetAsync(second, "ticket/get?type=agent_config")).ErrCode());
    }

    [Fact]
    public void The_signature_is_that_of_the_published_example() => Assert.Equal(
        "0f9de62fce790f9a083d5c99e95740ceb90c27ed",
        JsapiSignature.Of(
            "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg",
            "Wm3WZYTPz0wzccnW", 1_414_587_457, "http://mp.weixin.qq.com?params=value"));

    [Fact]
    public async Task A_page_passes_with_the_right_ticket_only()
    {
        var corp = _host.AddCorp(new CorpOptions());
        var config = (await _caller.GetAsync(corp.App, "get_jsapi_ticket")).Text("ticket");
        var agent = (await _caller.GetAsync(corp.App, "ticket/get?type=agent_config")).Text("ticket");
        static JsapiSignature Page(string ticket) => new("n", 5, "https://p.example/", JsapiSignature.Of(ticket, "n", 5, "https://p.example/"));

        Assert.Equal(0, corp.App.CheckSignature(TicketKind.Config, Page(config)));
        Assert.Equal(0, corp.App.CheckSignature(TicketKind.AgentConfig, Page(agent)));
        Assert.Equal(42012, corp.App.CheckSignature(TicketKind.AgentConfig, Page(config)));
        Assert.Equal(40093, corp.App.CheckSignature(TicketKind.Config, Page("wrong")));
        _host.Clock.Advance(TimeSpan.FromSeconds(7201));
        Assert.Equal(40093, corp.App.CheckSignature(TicketKind.Config, Page(config)));
    }
}
