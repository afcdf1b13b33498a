using System.Diagnostics;
using System.Net;
using System.Text.Json;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;

namespace WeComSync.Simulator.Tests.Faults;

public sealed class FaultTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    private FaultPlan Plan => shared.Host.Faults;

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task The_kth_call_of_a_company_fails_for_each_k_and_no_other()
    {
        for (var k = 1; k <= 5; k++)
        {
            var corp = shared.Host.AddCorp(new CorpOptions());
            var other = shared.Host.AddCorp(new CorpOptions());
            Plan.AtCall(corp, k, Fault.ErrCode(-1));

            var codes = new List<int>();
            var token = "";
            for (var call = 1; call <= 5; call++)
            {
                // Every odd call is a gettoken: it counts like any other.
                var answer = call % 2 == 1
                    ? await _caller.GetTokenAsync(corp.Id, corp.App.Secret)
                    : await _caller.GetAsync($"/cgi-bin/department/list?access_token={token}");
                if (answer.Has("access_token"))
                    token = answer.Text("access_token");
                codes.Add(answer.ErrCode());
                Assert.Equal(0, (await _caller.GetAsync(other.App, "department/list")).ErrCode());
            }

            // Without a first token the second call fails for another reason.
            int[] expected = k == 1 ? [-1, 41001, 0, 0, 0] : [.. Enumerable.Range(1, 5).Select(call => call == k ? -1 : 0)];
            Assert.Equal(expected, codes);
        }
    }

    [Fact]
    public async Task Calls_are_counted_from_the_moment_the_rule_is_added()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        await _caller.GetAsync(corp.App, "tag/list");

        var fault = Plan.AtCall(corp, 2, Fault.ErrCode(6000));

        Assert.Equal(0, (await _caller.GetAsync(corp.App, "tag/list")).ErrCode());
        Assert.Equal(6000, (await _caller.GetAsync(corp.App, "tag/list")).ErrCode());
        Assert.Equal(0, (await _caller.GetAsync(corp.App, "tag/list")).ErrCode());
        Assert.Equal((3, 1), (fault.Matched, fault.Hits));
    }

    [Fact]
    public async Task A_rule_may_name_an_endpoint_a_family_or_a_credential_and_end_after_some_hits()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.World.Hire("a", "a");
        Plan.Add(new FaultRule { CorpId = corp.Id, Path = "user/*", Fault = Fault.ErrCode(1), Times = 2 });
        Plan.Add(new FaultRule { CorpId = corp.Id, Path = "tag/list", Credential = corp.Contacts.Name, Fault = Fault.ErrCode(2) });

        Assert.Equal(1, (await _caller.GetAsync(corp.App, "user/get?userid=a")).ErrCode());
        Assert.Equal(1, (await _caller.GetAsync(corp.App, "user/list?department_id=1")).ErrCode());
        Assert.Equal(0, (await _caller.GetAsync(corp.App, "user/get?userid=a")).ErrCode());
        Assert.Equal(0, (await _caller.GetAsync(corp.App, "tag/list")).ErrCode());
        Assert.Equal(2, (await _caller.GetAsync(corp.Contacts, "tag/list")).ErrCode());
        Plan.Clear(corp);
        Assert.Equal(0, (await _caller.GetAsync(corp.Contacts, "tag/list")).ErrCode());
    }

    [Fact]
    public async Task Chance_repeats_itself_with_its_seed()
    {
        async Task<int[]> Codes(int seed)
        {
            var corp = shared.Host.AddCorp(new CorpOptions());
            Plan.Add(new FaultRule { CorpId = corp.Id, Path = "tag/list", Probability = 0.3, Seed = seed, Fault = Fault.ErrCode(-1) });
            var codes = new int[60];
            for (var i = 0; i < codes.Length; i++)
                codes[i] = (await _caller.GetAsync(corp.App, "tag/list")).ErrCode();
            return codes;
        }

        var first = await Codes(5);

        Assert.InRange(first.Count(code => code == -1), 5, 35);
        Assert.Equal(first, await Codes(5));
        Assert.NotEqual(first, await Codes(6));
    }

    [Fact]
    public async Task A_gateway_answers_with_html()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        Plan.Always(corp, Fault.BadGateway(), "tag/list");

        using var response = await _caller.GetRawAsync(corp.App, "tag/list");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("<html>", await response.Content.ReadAsStringAsync(Caller.Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_answer_can_be_made_up()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        Plan.Always(corp, Fault.Http(200, "application/json", """{"errcode":0,"department":null}"""), "department/list");

        Assert.Equal("""{"errcode":0,"department":null}""", (await _caller.GetAsync(corp.App, "department/list")).GetRawText());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_is_reset_before_or_in_the_middle_of_the_body(bool inMidBody)
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 50 });
        var url = await _caller.UrlAsync(corp.App, "user/list?department_id=1");
        Plan.AtCall(corp, 1, Fault.Reset(inMidBody));

        await Assert.ThrowsAsync<HttpRequestException>(() => _caller.Http.GetStringAsync(url, Caller.Cancel));
        Assert.Equal(0, (await _caller.GetAsync(url)).ErrCode());
    }

    [Fact]
    public async Task The_json_is_cut_although_the_http_answer_is_complete()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 50 });
        var url = await _caller.UrlAsync(corp.App, "user/list?department_id=1");
        var whole = await _caller.Http.GetByteArrayAsync(url, Caller.Cancel);
        Plan.AtCall(corp, 1, Fault.Truncate());

        var half = await _caller.Http.GetByteArrayAsync(url, Caller.Cancel);

        Assert.Equal(whole[..(whole.Length / 2)], half);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(half));
    }

    [Fact]
    public async Task An_answer_comes_late_and_another_fault_may_come_with_it()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var url = await _caller.UrlAsync(corp.App, "tag/list");
        Plan.Always(corp, Fault.Delay(TimeSpan.FromMilliseconds(120)), "tag/list");
        Plan.AtCall(corp, 2, Fault.ErrCode(-1));

        var started = Stopwatch.GetTimestamp();
        Assert.Equal(0, (await _caller.GetAsync(url)).ErrCode());
        Assert.Equal(-1, (await _caller.GetAsync(url)).ErrCode());

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 230, 10_000);
        Assert.True(shared.Host.Calls.Records(corp.Id)[^1].Duration >= TimeSpan.FromMilliseconds(115));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_hangs_until_the_caller_gives_up(bool inMidBody)
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        var url = await _caller.UrlAsync(corp.App, "tag/list");
        Plan.Always(corp, Fault.Hang(inMidBody), "tag/list");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Caller.Cancel);
        patience.CancelAfter(TimeSpan.FromMilliseconds(150));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _caller.Http.GetStringAsync(url, patience.Token));
    }

    [Fact]
    public async Task A_stopping_host_lets_go_of_what_hangs()
    {
        var host = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);
        using var caller = new Caller(host);
        var corp = host.AddCorp(new CorpOptions());
        var url = await caller.UrlAsync(corp.App, "tag/list");
        host.Faults.Always(corp, Fault.Hang(), "tag/list");
        var hanging = caller.Http.GetStringAsync(url, Caller.Cancel);
        await Until.TrueAsync(() => host.Calls.Count(corp.Id, "tag/list") == 1);

        var started = Stopwatch.GetTimestamp();
        await host.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => hanging);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("department/list", "department")]
    [InlineData("user/list?department_id=1&fetch_child=1", "userlist")]
    [InlineData("tag/list", "taglist")]
    public async Task A_list_is_empty_or_half_with_errcode_0(string pathAndQuery, string list)
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 20, Departments = 20, Tags = 20 });
        var url = await _caller.UrlAsync(corp.App, pathAndQuery);
        Plan.AtCall(corp, 1, Fault.EmptyList());
        Plan.AtCall(corp, 2, Fault.HalfList());

        var empty = await _caller.GetAsync(url);
        var half = await _caller.GetAsync(url);
        var whole = await _caller.GetAsync(url);

        Assert.All([empty, half, whole], answer => Assert.Equal(0, answer.ErrCode()));
        Assert.Equal([0, 10, 20], new[] { empty, half, whole }.Select(answer => answer.GetProperty(list).GetArrayLength()));
    }

    [Fact]
    public async Task A_cursor_leads_back_to_itself()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 5, SeveralDepartmentsShare = 0 });
        Plan.Always(corp, Fault.RepeatCursor(), "user/list_id");
        var first = await _caller.PostAsync(corp.Contacts, "user/list_id", """{"limit":4}""");
        var cursor = first.Text("next_cursor");

        for (var i = 0; i < 3; i++)
        {
            var page = await _caller.PostAsync(corp.Contacts, "user/list_id", $$"""{"limit":4,"cursor":"{{cursor}}"}""");
            Assert.Equal(cursor, page.Text("next_cursor"));
            Assert.Equal(1, page.GetProperty("dept_user").GetArrayLength());
        }
    }

    [Theory]
    [InlineData(40014)]
    [InlineData(42001)]
    public async Task A_token_dies_in_the_middle_and_a_new_one_works(int code)
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        await _caller.GetAsync(corp.App, "tag/list");
        Plan.AtCall(corp, 2, Fault.TokenDeath(code));

        Assert.Equal(0, (await _caller.GetAsync(corp.App, "tag/list")).ErrCode());
        Assert.Equal(code, (await _caller.GetAsync(corp.App, "tag/list")).ErrCode());
        Assert.Equal(code, (await _caller.GetAsync(corp.App, "tag/list")).ErrCode());
        var fresh = (await _caller.GetTokenAsync(corp.Id, corp.App.Secret)).Text("access_token");
        Assert.Equal(0, (await _caller.GetAsync($"/cgi-bin/tag/list?access_token={fresh}")).ErrCode());
    }

    [Fact]
    public async Task A_token_may_be_dead_when_it_is_given()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        Plan.AtCall(corp, 1, Fault.TokenDeath());

        Assert.Equal(40014, (await _caller.GetAsync(corp.App, "tag/list")).ErrCode());
    }
}
