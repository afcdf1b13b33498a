using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Limits;

namespace WeComSync.Simulator.Tests.Limits;

public sealed class LimitTests : IAsyncLifetime
{
    private SimulatorHost _host = null!;
    private Caller _caller = null!;

    public async ValueTask InitializeAsync()
    {
        // A clock that stands still until a test moves it, so that no minute ends by itself.
        _host = await SimulatorHost.StartAsync(new SimulatorOptions { Time = new StoppedClock() }, Caller.Cancel);
        _caller = new Caller(_host);
    }

    public ValueTask DisposeAsync()
    {
        _caller.Dispose();
        return _host.DisposeAsync();
    }

    [Fact]
    public async Task Too_many_calls_of_one_endpoint_in_a_minute_block_it_for_a_minute()
    {
        var corp = Add(new RateLimits { PerMinute = 3 });
        var other = Add(new RateLimits { PerMinute = 3 });

        Assert.Equal([0, 0, 0, 45009, 45009], await CodesAsync(corp, 5));
        Assert.Equal(0, (await _caller.GetAsync(corp.App, "department/list")).ErrCode());
        Assert.Equal([0], await CodesAsync(other, 1));
        _host.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal([45009], await CodesAsync(corp, 1));
        _host.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([0, 0, 0, 45009], await CodesAsync(corp, 4));
    }

    [Fact]
    public async Task Too_many_calls_in_an_hour_block_for_an_hour()
    {
        var corp = Add(new RateLimits { PerMinute = 0, PerHour = 2 });

        Assert.Equal([0, 0, 45009], await CodesAsync(corp, 3));
        _host.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal([45009], await CodesAsync(corp, 1));
        _host.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal([0], await CodesAsync(corp, 1));
    }

    [Fact]
    public async Task An_endpoint_may_have_a_limit_of_its_own()
    {
        var corp = Add(RateLimits.None);
        corp.Settings = corp.Settings with { LimitsByPath = corp.Settings.LimitsByPath.Add("tag/list", new RateLimits { PerMinute = 1 }) };

        Assert.Equal([0, 45009], await CodesAsync(corp, 2));
        Assert.Equal(0, (await _caller.GetAsync(corp.App, "department/list")).ErrCode());
        Assert.Equal(0, (await _caller.GetAsync(corp.App, "department/list")).ErrCode());
    }

    [Fact]
    public async Task All_companies_behind_one_address_share_its_limit()
    {
        _host.AddressLimits = new RateLimits { PerMinute = 3 };
        var first = Add(RateLimits.None);
        var second = Add(RateLimits.None);

        Assert.Equal([0, 0], await CodesAsync(first, 2));
        Assert.Equal([0, 45009], await CodesAsync(second, 2));
        _host.CallerAddress = "198.51.100.7";
        Assert.Equal([0], await CodesAsync(second, 1));
    }

    [Fact]
    public async Task Too_many_calls_at_once_are_refused_and_later_ones_are_not()
    {
        var corp = Add(new RateLimits { Concurrent = 2 });
        var url = await _caller.UrlAsync(corp.App, "tag/list");
        _host.Faults.Add(new FaultRule { CorpId = corp.Id, Path = "tag/list", Times = 2, Fault = Fault.Hang() });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Caller.Cancel);
        Task<string>[] hanging = [.. Enumerable.Range(0, 2).Select(_ => _caller.Http.GetStringAsync(url, patience.Token))];
        await Until.TrueAsync(() => _host.Calls.Count(corp.Id, "tag/list") == 2);

        var refused = await _caller.GetAsync(url);
        await patience.CancelAsync();
        await Task.WhenAll(hanging).ContinueWith(_ => { }, Caller.Cancel, TaskContinuationOptions.None, TaskScheduler.Default);

        Assert.Equal(45033, refused.ErrCode());
        Assert.StartsWith("api concurrent out of limit, hint: [", refused.ErrMsg(), StringComparison.Ordinal);
        Assert.Empty(refused.Numbers("taglist", "tagid"));
        // The server learns a little later that its callers went away.
        for (var code = 45033; code != 0;)
            code = (await _caller.GetAsync(url)).ErrCode();
    }

    [Fact]
    public async Task The_published_numbers_are_the_default()
    {
        var corp = _host.AddCorp(new CorpOptions());

        Assert.Equal((10_000, 150_000, 0), (corp.Settings.Limits.PerMinute, corp.Settings.Limits.PerHour, corp.Settings.Limits.Concurrent));
        Assert.Equal((20_000, 600_000), (_host.AddressLimits.PerMinute, _host.AddressLimits.PerHour));
        Assert.Equal([0], await CodesAsync(corp, 1));
    }

    private Corp Add(RateLimits limits) => _host.AddCorp(new CorpOptions { Settings = new CorpSettings { Limits = limits } });

    private async Task<IEnumerable<int>> CodesAsync(Corp corp, int count)
    {
        var codes = new int[count];
        for (var i = 0; i < count; i++)
            codes[i] = (await _caller.GetAsync(corp.App, "tag/list")).ErrCode();
        return codes;
    }
}
