using System.Text.Json;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Customers;

public sealed class TransferTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task Each_customer_of_a_transfer_has_a_code_of_his_own_and_a_result_in_the_end()
    {
        var corp = AddCorp();
        foreach (var id in (string[])["wm1", "wm2", "wm3", "wm4"])
            corp.Customers.Add("a", id);
        corp.Customers.Add("b", "wmOfB");

        var begun = await PostAsync(corp, "transfer_customer", """{"handover_userid":"a","takeover_userid":"b","external_userid":["wm1","wm2","wm3","wm4","wm1","wmOfB","wmNone"]}""");
        corp.Customers.CompleteTransfer("wm1");
        corp.Customers.FailTransfer("wm2");
        corp.Customers.FailTransfer("wm3", takerIsFull: true);
        var results = await PostAsync(corp, "transfer_result", """{"handover_userid":"a","takeover_userid":"b"}""");

        Assert.Equal([0L, 0, 0, 0, 40129, 40131, 40096], begun.Numbers("customer", "errcode"));
        Assert.Equal(["wm1", "wm2", "wm3", "wm4"], results.Texts("customer", "external_userid"));
        Assert.Equal([1L, 3, 4, 2], results.Numbers("customer", "status"));
        var times = results.Numbers("customer", "takeover_time");
        Assert.Equal((0L, 0L), (times[1], times[2]));
        Assert.True(times[3] > times[0]);
        Assert.Equal("", results.Text("next_cursor"));
    }

    [Fact]
    public async Task Both_members_must_be_in_sight_and_different()
    {
        var corp = AddCorp();
        corp.Customers.Add("a", "wm1");

        var same = await PostAsync(corp, "transfer_customer", """{"handover_userid":"a","takeover_userid":"a","external_userid":["wm1"]}""");
        Assert.Equal([40130L], same.Numbers("customer", "errcode"));
        Assert.Equal(60111, (await PostAsync(corp, "transfer_customer", """{"handover_userid":"a","takeover_userid":"x","external_userid":["wm1"]}""")).ErrCode());
        Assert.Equal(40058, (await PostAsync(corp, "transfer_customer", """{"handover_userid":"a","takeover_userid":"b"}""")).ErrCode());
        Assert.Throws<WorldRuleException>(() => corp.Customers.CompleteTransfer("wm1"));
    }

    [Fact]
    public async Task A_welcome_code_is_good_for_20_seconds_and_one_message()
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions { Time = new StoppedClock() }, Caller.Cancel);
        using var caller = new Caller(host);
        var corp = host.AddCorp(new CorpOptions());
        corp.World.Hire("a", "a");
        var second = corp.AddApp(1000003, VisibleRange.WholeCompany);
        var welcomes = new List<Simulator.Customers.Welcome>();
        corp.Customers.Changed += change => welcomes.Add(((Simulator.Customers.CustomerAdded)change).Welcome!);
        corp.Customers.Add("a", "wm1");
        corp.Customers.Add("a", "wm2");
        async Task<int> SendAsync(Credential who, string code) =>
            (await caller.PostAsync(who, "externalcontact/send_welcome_msg", $$$"""{"welcome_code":"{{{code}}}","text":{"content":"hi"}}""")).ErrCode();

        Assert.Equal(41050, await SendAsync(corp.App, "none"));
        Assert.Equal(41050, await SendAsync(second, welcomes[0].CodeFor(corp.App.Name)));
        Assert.Equal(0, await SendAsync(corp.App, welcomes[0].CodeFor(corp.App.Name)));
        Assert.Equal(41051, await SendAsync(corp.App, welcomes[0].CodeFor(corp.App.Name)));
        Assert.Equal(41096, await SendAsync(second, welcomes[0].CodeFor(second.Name)));
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(41051, await SendAsync(second, welcomes[0].CodeFor(second.Name)));
        host.Clock.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal(41050, await SendAsync(corp.App, welcomes[1].CodeFor(corp.App.Name)));
    }

    private Task<JsonElement> PostAsync(Corp corp, string call, string body) => _caller.PostAsync(corp.App, $"externalcontact/{call}", body);

    private Corp AddCorp()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.World.Hire("a", "a");
        corp.World.Hire("b", "b");
        return corp;
    }
}
