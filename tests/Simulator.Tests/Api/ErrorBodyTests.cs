using System.Net;
using System.Text.RegularExpressions;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;

namespace WeComSync.Simulator.Tests.Api;

public sealed partial class ErrorBodyTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task A_failure_is_a_200_whose_text_has_a_hint_the_callers_address_and_a_link()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());

        using var response = await _caller.GetRawAsync(corp.App, "user/get?userid=nobody");
        var body = await response.Content.ReadAsStringAsync(Caller.Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json; charset=UTF-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("60111", response.Headers.GetValues("Error-Code").Single());
        Assert.Matches(UserNotFound(), body);
    }

    [Theory]
    [InlineData("department/list", """{"department":[]}""")]
    [InlineData("department/simplelist", """{"department_id":[]}""")]
    [InlineData("department/get?id=1", """{"department":{"department_leader":[]}}""")]
    [InlineData("user/get?userid=a", """{"department":[],"order":[],"is_leader_in_dept":[],"direct_leader":[]}""")]
    [InlineData("user/list?department_id=1", """{"userlist":[]}""")]
    [InlineData("user/simplelist?department_id=1", """{"userlist":[]}""")]
    [InlineData("user/list_id", """{"next_cursor":"","dept_user":[]}""")]
    [InlineData("tag/list", """{"taglist":[]}""")]
    [InlineData("tag/get?tagid=1", """{"userlist":[],"partylist":[]}""")]
    [InlineData("agent/get?agentid=1000002", """{"allow_userinfos":{"user":[]},"allow_partys":{"partyid":[]},"allow_tags":{"tagid":[]}}""")]
    [InlineData("agent/list", """{"agentlist":[]}""")]
    [InlineData("getcallbackip", """{"ip_list":[]}""")]
    [InlineData("get_api_domain_ip", """{"ip_list":[]}""")]
    public async Task A_failure_still_carries_the_empty_lists_of_its_endpoint(string pathAndQuery, string empty)
    {
        var corp = shared.Host.AddCorp(new CorpOptions());
        corp.App.TrustIps([]);
        shared.Host.Faults.Always(corp, Fault.ErrCode(-1, "system error"), pathAndQuery.Split('?')[0]);

        using var busy = await _caller.GetRawAsync(corp.App, pathAndQuery);
        using var badToken = await _caller.Http.GetAsync(
            $"/cgi-bin/{pathAndQuery}{(pathAndQuery.Contains('?', StringComparison.Ordinal) ? '&' : '?')}access_token=x", Caller.Cancel);

        Assert.Equal($$"""{"errcode":-1,"errmsg":"system error",{{empty[1..]}}""", await busy.Content.ReadAsStringAsync(Caller.Cancel));
        Assert.Equal($$"""{"errcode":40014,"errmsg":"invalid access_token",{{empty[1..]}}""", await badToken.Content.ReadAsStringAsync(Caller.Cancel));
    }

    [Fact]
    public async Task A_success_may_come_without_errcode()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { Settings = new CorpSettings { OmitsErrcodeOnSuccess = true } });

        var answer = await _caller.GetAsync(corp.App, "tag/list");

        Assert.Equal(["taglist"], answer.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task An_unknown_path_is_a_true_404()
    {
        using var response = await _caller.Http.GetAsync("/cgi-bin/department/lists", Caller.Cancel);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [GeneratedRegex("""^\{"errcode":60111,"errmsg":"userid not found, hint: \[\d{25}\], from ip: 203\.0\.113\.10, more info at https://open\.work\.weixin\.qq\.com/devtool/query\?e=60111",""")]
    private static partial Regex UserNotFound();
}
