using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Tests.Callbacks;

namespace WeComSync.Simulator.Tests.Control;

public sealed class ControlTests : IAsyncLifetime
{
    private SimulatorHost _host = null!;
    private Caller _caller = null!;
    private Corp _corp = null!;

    private string Url => $"/_control/corps/{_corp.Id}";

    public async ValueTask InitializeAsync()
    {
        _host = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);
        _caller = new Caller(_host);
        _corp = _host.AddCorp(new CorpOptions { People = 5, Departments = 3, Tags = 1 });
    }

    public ValueTask DisposeAsync()
    {
        _caller.Dispose();
        return _host.DisposeAsync();
    }

    [Fact]
    public async Task Companies_are_described_with_what_a_tenant_needs_and_can_be_added()
    {
        var added = await SendAsync(HttpMethod.Post, "/_control/corps", """{"name":"二","seed":8,"people":4,"departments":2,"appIsNew":false}""");
        var all = await _caller.GetAsync("/_control/corps");

        Assert.Equal(2, all.GetArrayLength());
        Assert.Equal((_corp.Id, _corp.App.Secret, _corp.Contacts.Secret), Describe(all.EnumerateArray().Single(corp => corp.Text("corpId") == _corp.Id)));
        Assert.Equal(0, (await _caller.GetTokenAsync(added.Text("corpId"), added.Text("appSecret"))).ErrCode());
        Assert.Equal(4, added.GetProperty("people").GetInt32());

        static (string, string, string) Describe(JsonElement corp) => (corp.Text("corpId"), corp.Text("appSecret"), corp.Text("contactsSecret"));
    }

    [Fact]
    public async Task People_are_hired_changed_moved_renamed_and_leave()
    {
        var department = _corp.World.Departments.First(item => item.Id != 1).Id;
        await SendAsync(HttpMethod.Post, $"{Url}/people", """{"userId":"wo12ab34","name":"新人🌸","hasGeneratedUserId":true}""");
        await SendAsync(HttpMethod.Patch, $"{Url}/people/wo12ab34", """{"position":"店长","status":4,"extFields":[{"name":"工号","value":"1"}]}""");
        await SendAsync(HttpMethod.Post, $"{Url}/people/WO12AB34/move", $$"""{"departments":[{{department}}]}""");
        await SendAsync(HttpMethod.Post, $"{Url}/people/wo12ab34/userid", """{"newUserId":"xin.ren"}""");

        var person = _corp.World.FindPerson("xin.ren")!;
        Assert.Equal(("新人🌸", "店长", 4), (person.Name, person.Position, person.Status));
        Assert.Equal([department], person.Memberships.Select(membership => membership.DepartmentId));
        Assert.Equal("店长", (await _caller.GetAsync($"{Url}/people/xin.ren")).Text("position"));
        await SendAsync(HttpMethod.Delete, $"{Url}/people/xin.ren");
        Assert.Null(_corp.World.FindPerson("xin.ren"));
        await SendAsync(HttpMethod.Post, $"{Url}/churn", """{"hires":2}""");
        Assert.Equal(7, _corp.World.PeopleCount);
    }

    [Fact]
    public async Task Departments_and_tags_are_added_changed_and_deleted()
    {
        var department = (await SendAsync(HttpMethod.Post, $"{Url}/departments", """{"name":"新部门","id":2315041299}""")).GetProperty("id").GetInt64();
        await SendAsync(HttpMethod.Patch, $"{Url}/departments/{department}", """{"name":"改名","order":5}""");
        Assert.Equal(("改名", 5), (_corp.World.FindDepartment(department)!.Name, _corp.World.FindDepartment(department)!.Order));
        var tag = (await SendAsync(HttpMethod.Post, $"{Url}/tags", """{"name":"新标签"}""")).GetProperty("id").GetInt32();
        await SendAsync(HttpMethod.Patch, $"{Url}/tags/{tag}", """{"name":"改"}""");
        var userId = _corp.World.People[0].UserId;
        var members = await SendAsync(HttpMethod.Post, $"{Url}/tags/{tag}/members", $$"""{"addUsers":["{{userId}}"],"addDepartments":[1,{{department}}]}""");
        Assert.Equal([1, department], members.Numbers("departments"));
        await SendAsync(HttpMethod.Post, $"{Url}/tags/{tag}/members", """{"removeDepartments":[1]}""");
        Assert.Equal([department], _corp.World.FindTag(tag)!.Departments);
        await SendAsync(HttpMethod.Delete, $"{Url}/tags/{tag}");
        await SendAsync(HttpMethod.Delete, $"{Url}/departments/{department}");

        Assert.Null(_corp.World.FindTag(tag));
        Assert.Null(_corp.World.FindDepartment(department));
    }

    [Fact]
    public async Task Credentials_settings_and_the_caller_are_changed()
    {
        await SendAsync(HttpMethod.Put, $"{Url}/apps/1000002/range", """{"departments":[1],"users":["a"]}""");
        await SendAsync(HttpMethod.Patch, $"{Url}/credentials/app:1000002", """{"hiddenFields":"Mobile, Email"}""");
        await SendAsync(HttpMethod.Patch, $"{Url}/credentials/contacts", """{"contactSyncIp":"Grandfathered","isEnabled":false}""");
        await SendAsync(HttpMethod.Put, $"{Url}/credentials/app:1000002/trusted-ips", """{"addresses":["198.51.100.1"]}""");
        await SendAsync(HttpMethod.Patch, $"{Url}/settings", """{"honoursFetchChild":false,"limits":{"perMinute":7}}""");
        await SendAsync(HttpMethod.Patch, "/_control/host", """{"callerAddress":"198.51.100.1","advanceSeconds":60}""");
        await SendAsync(HttpMethod.Patch, "/_control/host/address-limits", """{"perMinute":9}""");
        var secret = (await SendAsync(HttpMethod.Post, $"{Url}/credentials/app:1000002/reset-secret", "{}")).Text("secret");
        var app = await SendAsync(HttpMethod.Post, $"{Url}/apps", """{"agentId":1000009,"isNew":false}""");

        Assert.Equal(["a"], _corp.App.Range.Users);
        Assert.Equal(PersonalFields.Mobile | PersonalFields.Email, _corp.App.HiddenFields);
        Assert.Equal((ContactSyncIp.Grandfathered, false), (_corp.Contacts.Ip, _corp.Contacts.IsEnabled));
        Assert.Equal((false, 7), (_corp.Settings.HonoursFetchChild, _corp.Settings.Limits.PerMinute));
        Assert.Equal(("198.51.100.1", 9), (_host.CallerAddress, _host.AddressLimits.PerMinute));
        Assert.True(_host.Clock.GetUtcNow() > DateTimeOffset.UtcNow.AddSeconds(50));
        Assert.Equal(secret, _corp.App.Secret);
        Assert.Equal(0, (await _caller.GetAsync(_corp.App, "department/list")).ErrCode());
        Assert.Equal(_corp.Apps[1].Secret, app.Text("secret"));
        await SendAsync(HttpMethod.Post, $"{Url}/tokens/kill", """{"credential":"app:1000002","code":42001}""");
        Assert.Equal(42001, (await _caller.GetAsync(_corp.App, "department/list")).ErrCode());
        await SendAsync(HttpMethod.Put, $"{Url}/credentials/app:1000002/trusted-ips", """{"addresses":null}""");
        Assert.Null(_corp.App.TrustedAddresses);
    }

    [Theory]
    [InlineData("""{"kind":"errcode","code":-1}""", -1)]
    [InlineData("""{"kind":"tokenDeath","code":42001}""", 42001)]
    [InlineData("""{"kind":"emptyList"}""", 0)]
    [InlineData("""{"kind":"halfList"}""", 0)]
    [InlineData("""{"kind":"delay","milliseconds":1}""", 0)]
    [InlineData("""{"kind":"http","status":200,"contentType":"application/json","body":"{\"errcode\":77}"}""", 77)]
    public async Task Faults_are_switched_on_read_and_off(string fault, int code)
    {
        var url = await _caller.UrlAsync(_corp.App, "department/list");
        var added = await SendAsync(HttpMethod.Post, "/_control/faults", $$"""{"corpId":"{{_corp.Id}}","path":"department/*","times":1,"fault":{{fault}} }""");

        Assert.Equal(code, (await _caller.GetAsync(url)).ErrCode());
        var listed = await _caller.GetAsync("/_control/faults");
        Assert.Equal(1, listed[0].GetProperty("hits").GetInt32());
        await SendAsync(HttpMethod.Delete, $"/_control/faults/{added.GetProperty("id").GetInt32()}");
        Assert.Equal(0, (await _caller.GetAsync("/_control/faults")).GetArrayLength());
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("hang")]
    [InlineData("truncate")]
    [InlineData("repeatCursor")]
    public async Task Every_kind_of_fault_has_a_name(string kind)
    {
        await SendAsync(HttpMethod.Post, "/_control/faults", $$"""{"corpId":"wwother","fault":{"kind":"{{kind}}"} }""");

        Assert.Equal(kind, Assert.Single(_host.Faults.Active).Rule.Fault.Name, ignoreCase: true);
        await SendAsync(HttpMethod.Delete, "/_control/faults");
        Assert.Empty(_host.Faults.Active);
    }

    [Fact]
    public async Task The_call_log_is_read_and_cleared()
    {
        await _caller.GetAsync(_corp.App, "department/list");

        var calls = await _caller.GetAsync($"/_control/calls?corpId={_corp.Id}");
        var counts = await _caller.GetAsync("/_control/calls/counts");
        Assert.Equal(["gettoken", "department/list"], calls.EnumerateArray().Select(call => call.Text("path")));
        Assert.Equal(2, counts.EnumerateArray().Sum(count => count.GetProperty("calls").GetInt32()));
        var rest = await _caller.GetAsync($"/_control/calls?after={calls[0].GetProperty("number").GetInt64()}&limit=5");
        Assert.Equal(1, rest.GetArrayLength());
        await SendAsync(HttpMethod.Delete, "/_control/calls");
        Assert.Empty(_host.Calls.Records());
    }

    [Fact]
    public async Task The_truth_is_what_a_caller_with_all_rights_would_read()
    {
        _corp.Contacts.Ip = ContactSyncIp.Grandfathered;
        _corp.App.Range = WeComSync.Simulator.Worlds.VisibleRange.Nothing;

        var truth = await _caller.GetAsync($"{Url}/truth");

        var departments = await _caller.GetAsync(_corp.Contacts, "department/list");
        var users = await _caller.GetAsync(_corp.Contacts, "user/list?department_id=1&fetch_child=1");
        Assert.Equal(departments.GetProperty("department").GetRawText(), truth.GetProperty("department").GetRawText());
        Assert.Equal(users.GetProperty("userlist").GetRawText(), truth.GetProperty("userlist").GetRawText());
        var tag = Assert.Single(_corp.World.Tags);
        Assert.Equal(tag.Users, truth.GetProperty("tag")[0].Texts("userlist"));
        Assert.Equal(tag.Departments, truth.GetProperty("tag")[0].Numbers("partylist"));
    }

    [Fact]
    public async Task Callbacks_are_switched_on_disturbed_paused_read_and_switched_off()
    {
        await using var receiver = await Receiver.StartAsync();
        var callbacks = $"{Url}/callbacks";
        await SendAsync(HttpMethod.Patch, $"{callbacks}/settings", """{"checkTimeout":"00:00:30","concurrency":1,"doublesNewPeople":true}""");
        await SendAsync(HttpMethod.Put, $"{callbacks}/target", TargetJson(receiver.Target.Url));
        await SendAsync(HttpMethod.Put, $"{callbacks}/faults", """{"duplicateProbability":1,"seed":4}""");
        await SendAsync(HttpMethod.Post, $"{callbacks}/pause");
        await SendAsync(HttpMethod.Post, $"{Url}/people", """{"userId":"new","name":"新人"}""");
        var paused = await _caller.GetAsync(callbacks);
        await SendAsync(HttpMethod.Post, $"{callbacks}/resume");
        await SendAsync(HttpMethod.Post, $"{callbacks}/release");
        await _corp.Callbacks.WhenIdleAsync(Caller.Cancel);

        Assert.True(paused.GetProperty("isPaused").GetBoolean());
        Assert.True(paused.GetProperty("unfinished").GetInt64() > 0);
        Assert.Equal(6, receiver.Events.Count);
        var log = await _caller.GetAsync($"{callbacks}/log?state=Acknowledged&limit=2");
        Assert.Equal([1L, 2L], log.EnumerateArray().Select(entry => entry.GetProperty("id").GetInt64()));
        Assert.Equal(("update_user", receiver.Events[0].Text, receiver.Events[0].Digest), (log[0].Text("changeType"), log[0].Text("xml"), log[0].Text("digest")));
        Assert.Equal(200, log[0].GetProperty("tries")[1].GetProperty("status").GetInt32());
        Assert.True(log[0].Has("firstTryAt") && log[0].Has("lastTryAt"));
        var digests = await _caller.GetAsync($"{callbacks}/digests");
        Assert.Equal(receiver.Events.Select(received => received.Digest).Distinct().Order(), digests.EnumerateArray().Select(digest => digest.GetString()).Order());
        Assert.Equal(3, (await _caller.GetAsync(callbacks)).GetProperty("counts").GetProperty("Acknowledged").GetInt32());
        await SendAsync(HttpMethod.Delete, $"{callbacks}/log");
        await SendAsync(HttpMethod.Delete, $"{callbacks}/target");
        Assert.Empty(_corp.Callbacks.Log.Records());
        Assert.Null(_corp.Callbacks.Target);
    }

    [Fact]
    public async Task A_callback_url_that_does_not_verify_is_refused_with_40057_unless_that_is_not_asked()
    {
        await using var receiver = await Receiver.StartAsync();
        _corp.Callbacks.Settings = _corp.Callbacks.Settings with { CheckTimeout = TimeSpan.FromSeconds(30) };
        receiver.Answers = _ => Task.FromResult((403, ""));
        using var content = new StringContent(TargetJson(receiver.Target.Url), Encoding.UTF8, "application/json");

        using var response = await _caller.Http.PutAsync($"{Url}/callbacks/target", content, Caller.Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var refused = await response.Content.ReadFromJsonAsync<JsonElement>(Caller.Cancel);
        Assert.Equal(40057, refused.ErrCode());
        Assert.Contains("status 403", refused.Text("error"), StringComparison.Ordinal);
        var taken = await SendAsync(HttpMethod.Put, $"{Url}/callbacks/target", TargetJson(receiver.Target.Url, ""","verify":false,"form":"Full" """));
        Assert.Equal("Full", taken.GetProperty("target").Text("form"));
    }

    [Theory]
    [InlineData("GET", "/_control/corps/wwnone", "", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/_control/faults/99", "", HttpStatusCode.NotFound)]
    [InlineData("POST", "URL/departments", """{"name":"x","parentId":99}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "URL/people", """{"userId":"x","name":"x","nonsense":1}""", HttpStatusCode.BadRequest)]
    [InlineData("PATCH", "URL/settings", """{"nonsense":1}""", HttpStatusCode.BadRequest)]
    [InlineData("PATCH", "URL/credentials/none", "{}", HttpStatusCode.NotFound)]
    [InlineData("PUT", "URL/callbacks/target", """{"url":"x","token":"x","encodingAesKey":"x"}""", HttpStatusCode.BadRequest)]
    [InlineData("PUT", "URL/callbacks/faults", """{"dropProbability":2}""", HttpStatusCode.BadRequest)]
    public async Task A_mistake_of_the_controlling_side_is_told(string method, string path, string body, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("URL", Url, StringComparison.Ordinal));
        if (body.Length > 0)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await _caller.Http.SendAsync(request, Caller.Cancel);

        Assert.Equal(status, response.StatusCode);
    }

    private static string TargetJson(string url, string more = "") =>
        $$"""{"url":"{{url}}","token":"{{Receiver.Token}}","encodingAesKey":"{{Receiver.Key}}"{{more}}}""";

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, string body = "")
    {
        using var request = new HttpRequestMessage(method, path);
        if (body.Length > 0)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _caller.Http.SendAsync(request, Caller.Cancel);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Caller.Cancel));
        return response.Content.Headers.ContentLength == 0 ? default : await response.Content.ReadFromJsonAsync<JsonElement>(Caller.Cancel);
    }
}
