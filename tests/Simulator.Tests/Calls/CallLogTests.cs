using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;

namespace WeComSync.Simulator.Tests.Calls;

public sealed class CallLogTests : IAsyncLifetime
{
    private SimulatorHost _host = null!;
    private Caller _caller = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);
        _caller = new Caller(_host);
    }

    public ValueTask DisposeAsync()
    {
        _caller.Dispose();
        return _host.DisposeAsync();
    }

    [Fact]
    public async Task Each_call_is_in_the_log_when_its_answer_is_there()
    {
        var corp = _host.AddCorp(new CorpOptions());
        await _caller.GetAsync(corp.App, "department/list");
        await _caller.GetAsync(corp.Contacts, "department/list");

        Assert.Equal(
            [("gettoken", "app:1000002", 0), ("department/list", "app:1000002", 0), ("gettoken", "contacts", 0), ("department/list", "contacts", 48009)],
            _host.Calls.Records(corp.Id).Select(call => (call.Path, call.Credential, call.ErrCode ?? 99)));
        Assert.Equal(2, _host.Calls.Count(corp.Id, "gettoken"));
        Assert.Equal(4, _host.Calls.Count(corp.Id));
    }

    [Fact]
    public async Task Calls_of_nobody_faulted_calls_and_abandoned_calls_are_there_too()
    {
        var corp = _host.AddCorp(new CorpOptions());
        await _caller.GetAsync("/cgi-bin/tag/list?access_token=made-up");
        var url = await _caller.UrlAsync(corp.App, "tag/list");
        _host.Faults.AtCall(corp, 1, Fault.Reset());
        _host.Faults.AtCall(corp, 2, Fault.Delay(TimeSpan.FromMinutes(1)));
        await Assert.ThrowsAsync<HttpRequestException>(() => _caller.Http.GetStringAsync(url, Caller.Cancel));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Caller.Cancel);
        patience.CancelAfter(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _caller.Http.GetStringAsync(url, patience.Token));
        await Until.TrueAsync(() => _host.Calls.Records().Count == 4);

        var records = _host.Calls.Records();
        Assert.Equal((null, null, 40014), (records[0].CorpId, records[0].Credential, records[0].ErrCode));
        Assert.Equal(("Reset", null), (records[2].Fault, records[2].ErrCode));
        Assert.Null(records[3].ErrCode);
    }

    [Fact]
    public async Task Clearing_empties_log_and_counters_but_numbers_go_on()
    {
        var corp = _host.AddCorp(new CorpOptions());
        await _caller.GetAsync(corp.App, "tag/list");
        var last = _host.Calls.Records()[^1].Number;

        _host.Calls.Clear();
        Assert.Empty(_host.Calls.Records());
        Assert.Equal(0, _host.Calls.Count(corp.Id));
        await _caller.GetAsync(corp.App, "tag/list");

        Assert.Equal(last + 1, _host.Calls.Records(after: last).Single().Number);
    }
}
