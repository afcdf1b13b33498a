using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Api;

public sealed class AgentTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task An_application_reads_its_visible_range()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { AgentId = 1000031 });
        corp.App.Range = new VisibleRange(["a", "b"], [1, 4294967295], [3]);

        var answer = await _caller.GetAsync(corp.App, "agent/get?agentid=1000031");

        Assert.Equal(0, answer.ErrCode());
        Assert.Equal(["a", "b"], answer.GetProperty("allow_userinfos").Texts("user", "userid"));
        Assert.Equal([1, 4294967295], answer.GetProperty("allow_partys").Numbers("partyid"));
        Assert.Equal([3], answer.GetProperty("allow_tags").Numbers("tagid"));
        Assert.Equal(0, answer.GetProperty("close").GetInt32());
    }

    [Fact]
    public async Task An_application_reads_no_other_and_lists_only_itself()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var second = corp.AddApp(1000003, VisibleRange.Nothing);

        Assert.Equal(301002, (await _caller.GetAsync(corp.App, "agent/get?agentid=1000003")).ErrCode());
        Assert.Equal(301002, (await _caller.GetAsync(corp.Contacts, "agent/get?agentid=1000002")).ErrCode());
        Assert.Equal(40056, (await _caller.GetAsync(corp.App, "agent/get")).ErrCode());
        var list = await _caller.GetAsync(second, "agent/list");
        Assert.Equal([1000003], list.Numbers("agentlist", "agentid"));
        Assert.Equal(48002, (await _caller.GetAsync(corp.Contacts, "agent/list")).ErrCode());
    }

    [Fact]
    public async Task Addresses_of_callbacks_and_of_the_api_are_listed_with_and_without_wildcard()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());

        Assert.Contains("101.226.103.*", (await _caller.GetAsync(corp.Contacts, "getcallbackip")).Texts("ip_list"));
        Assert.NotEmpty((await _caller.GetAsync(corp.App, "get_api_domain_ip")).Texts("ip_list"));
    }
}
