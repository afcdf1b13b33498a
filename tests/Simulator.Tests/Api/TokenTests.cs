using WeComSync.Simulator.Corps;

namespace WeComSync.Simulator.Tests.Api;

public sealed class TokenTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task A_corpid_and_its_secret_give_a_token_for_two_hours_that_is_hard_to_guess()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());

        var answer = await _caller.GetTokenAsync(corp.Id, corp.App.Secret);

        Assert.Equal(0, answer.ErrCode());
        Assert.Equal("ok", answer.ErrMsg());
        Assert.Equal(7200, answer.GetProperty("expires_in").GetInt64());
        Assert.InRange(answer.Text("access_token").Length, 100, 512);
        Assert.Equal(["errcode", "errmsg", "access_token", "expires_in"], answer.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Each_secret_has_a_token_of_its_own_and_the_corpid_is_read_in_any_case()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());

        var app = await _caller.GetTokenAsync(corp.Id.ToUpperInvariant(), corp.App.Secret);
        var contacts = await _caller.GetTokenAsync(corp.Id, corp.Contacts.Secret);

        Assert.NotEqual(app.Text("access_token"), contacts.Text("access_token"));
    }

    [Theory]
    [InlineData("", 41004)]
    [InlineData("?corpid=CORP", 41004)]
    [InlineData("?corpsecret=SECRET", 41002)]
    [InlineData("?corpid=wwunknown&corpsecret=SECRET", 40013)]
    [InlineData("?corpid=CORP&corpsecret=wrong", 40001)]
    [InlineData("?corpid=CORP&corpsecret=OTHERS", 40001)]
    public async Task A_wrong_request_is_refused_with_the_code_of_its_mistake(string query, int code)
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var other = shared.Host.AddCorp(new CorpOptions());
        query = query.Replace("CORP", corp.Id, StringComparison.Ordinal)
            .Replace("SECRET", corp.App.Secret, StringComparison.Ordinal)
            .Replace("OTHERS", other.App.Secret, StringComparison.Ordinal);

        var answer = await _caller.GetAsync("/cgi-bin/gettoken" + query);

        Assert.Equal(code, answer.ErrCode());
        Assert.False(answer.Has("access_token"));
    }

    [Fact]
    public async Task The_same_token_is_given_within_its_validity_and_its_life_is_not_extended()
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);
        using var caller = new Caller(host);
        var corp = host.AddCorp(new CorpOptions());
        var first = await caller.GetTokenAsync(corp.Id, corp.App.Secret);
        host.Clock.Advance(TimeSpan.FromMinutes(100));

        var second = await caller.GetTokenAsync(corp.Id, corp.App.Secret);
        corp.Settings = corp.Settings with { RepeatedTokenLooksFresh = true };
        var third = await caller.GetTokenAsync(corp.Id, corp.App.Secret);
        host.Clock.Advance(TimeSpan.FromMinutes(21));
        var fourth = await caller.GetTokenAsync(corp.Id, corp.App.Secret);

        Assert.Equal(first.Text("access_token"), second.Text("access_token"));
        Assert.InRange(second.GetProperty("expires_in").GetInt64(), 1, 1200);
        Assert.Equal(7200, third.GetProperty("expires_in").GetInt64());
        Assert.NotEqual(first.Text("access_token"), fourth.Text("access_token"));
    }

    [Theory]
    [InlineData(true, 40014)]
    [InlineData(false, 0)]
    public async Task Where_each_call_gives_a_new_token_the_old_one_dies_only_if_so_set(bool kills, int code)
    {
        var corp = shared.Host.AddCorp(new CorpOptions
        {
            Settings = new CorpSettings { RepeatsToken = false, NewTokenKillsOld = kills },
        });
        await _caller.GetAsync(corp.App, "department/list");

        var newer = await _caller.GetTokenAsync(corp.Id, corp.App.Secret);
        var withOld = await _caller.GetAsync(corp.App, "department/list");
        var withNew = await _caller.GetAsync($"/cgi-bin/department/list?access_token={newer.Text("access_token")}");

        Assert.Equal(code, withOld.ErrCode());
        Assert.Equal(0, withNew.ErrCode());
    }

    [Theory]
    [InlineData(42001)]
    [InlineData(40014)]
    public async Task An_expired_token_is_refused_with_either_code(int code)
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);
        using var caller = new Caller(host);
        var corp = host.AddCorp(new CorpOptions { Settings = new CorpSettings { ExpiredTokenCode = code } });
        Assert.Equal(0, (await caller.GetAsync(corp.App, "department/list")).ErrCode());

        host.Clock.Advance(TimeSpan.FromSeconds(7201));

        Assert.Equal(code, (await caller.GetAsync(corp.App, "department/list")).ErrCode());
    }

    [Fact]
    public async Task Tokens_can_be_killed_early_for_one_credential_or_for_all()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var other = shared.Host.AddCorp(new CorpOptions());
        await _caller.GetAsync(corp.App, "tag/list");
        await _caller.GetAsync(corp.Contacts, "tag/list");
        await _caller.GetAsync(other.App, "tag/list");

        corp.KillTokens(corp.App, 42001);
        Assert.Equal(42001, (await _caller.GetAsync(corp.App, "tag/list")).ErrCode());
        Assert.Equal(0, (await _caller.GetAsync(corp.Contacts, "tag/list")).ErrCode());

        corp.KillTokens();
        Assert.Equal(40014, (await _caller.GetAsync(corp.Contacts, "tag/list")).ErrCode());
        Assert.Equal(0, (await _caller.GetAsync(other.App, "tag/list")).ErrCode());
        Assert.Equal(0, (await _caller.GetTokenAsync(corp.Id, corp.Contacts.Secret)).ErrCode());
    }

    [Fact]
    public async Task A_token_can_be_limited_to_so_many_calls()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { Settings = new CorpSettings { CallsPerToken = 3, ExpiredTokenCode = 40014 } });

        var codes = new List<int>();
        for (var i = 0; i < 5; i++)
            codes.Add((await _caller.GetAsync(corp.App, "tag/list")).ErrCode());

        Assert.Equal([0, 0, 0, 40014, 40014], codes);
    }

    [Fact]
    public async Task A_token_counts_only_in_the_query()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var token = (await _caller.GetTokenAsync(corp.Id, corp.App.Secret)).Text("access_token");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/cgi-bin/department/list");
        request.Headers.Authorization = new("Bearer", token);

        using var response = await _caller.Http.SendAsync(request, Caller.Cancel);

        Assert.Contains("\"errcode\":41001,\"errmsg\":\"access_token missing", await response.Content.ReadAsStringAsync(Caller.Cancel), StringComparison.Ordinal);
        Assert.Equal(40014, (await _caller.GetAsync("/cgi-bin/department/list?access_token=made-up")).ErrCode());
    }

    [Fact]
    public async Task A_reset_secret_works_at_once_and_ends_the_old_one_and_its_tokens()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        await _caller.GetAsync(corp.App, "tag/list");
        var old = corp.App.Secret;

        var secret = corp.App.ResetSecret();

        Assert.Equal(40001, (await _caller.GetTokenAsync(corp.Id, old)).ErrCode());
        Assert.Equal(40014, (await _caller.GetAsync(corp.App, "tag/list")).ErrCode());
        Assert.Equal(0, (await _caller.GetTokenAsync(corp.Id, secret)).ErrCode());
    }

    [Fact]
    public async Task Disabled_outdated_and_banned_ones_get_no_token()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        await _caller.GetAsync(corp.App, "tag/list");

        corp.App.IsEnabled = false;
        Assert.Equal(40001, (await _caller.GetTokenAsync(corp.Id, corp.App.Secret)).ErrCode());
        Assert.Equal(50003, (await _caller.GetAsync(corp.App, "tag/list")).ErrCode());

        corp.App.IsEnabled = true;
        corp.App.IsSecretTooOld = true;
        Assert.Equal(45031, (await _caller.GetTokenAsync(corp.Id, corp.App.Secret)).ErrCode());

        corp.Settings = corp.Settings with { IsSuspended = true, WrongSecretCode = 40091 };
        Assert.Equal(301007, (await _caller.GetTokenAsync(corp.Id, corp.App.Secret)).ErrCode());
        Assert.Equal(301007, (await _caller.GetAsync(corp.App, "tag/list")).ErrCode());

        corp.Settings = corp.Settings with { IsSuspended = false };
        Assert.Equal(40091, (await _caller.GetTokenAsync(corp.Id, "wrong")).ErrCode());
    }

    [Fact]
    public async Task Too_many_wrong_secrets_ban_the_address_for_an_hour_whatever_the_company()
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions { WrongSecretsBeforeBan = 3 }, Caller.Cancel);
        using var caller = new Caller(host);
        var careless = host.AddCorp(new CorpOptions());
        var innocent = host.AddCorp(new CorpOptions());

        for (var i = 0; i < 4; i++)
            Assert.Equal(40001, (await caller.GetTokenAsync(careless.Id, "wrong")).ErrCode());

        Assert.Equal(45009, (await caller.GetTokenAsync(innocent.Id, innocent.App.Secret)).ErrCode());
        host.CallerAddress = "203.0.113.99";
        Assert.Equal(0, (await caller.GetTokenAsync(innocent.Id, innocent.App.Secret)).ErrCode());
        host.CallerAddress = "203.0.113.10";
        host.Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(0, (await caller.GetTokenAsync(innocent.Id, innocent.App.Secret)).ErrCode());
    }
}
