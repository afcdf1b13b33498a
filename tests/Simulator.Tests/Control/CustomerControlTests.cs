using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Customers;
using WeComSync.Simulator.Tests.Callbacks;

namespace WeComSync.Simulator.Tests.Control;

public sealed class CustomerControlTests : IAsyncLifetime
{
    private SimulatorHost _host = null!;
    private Caller _caller = null!;
    private Corp _corp = null!;

    private string Url => $"/_control/corps/{_corp.Id}";

    private CustomerWorld Customers => _corp.Customers;

    public async ValueTask InitializeAsync()
    {
        _host = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);
        _caller = new Caller(_host);
        _corp = _host.AddCorp(new CorpOptions { People = 4, Customers = new CustomerOptions { Count = 20, TagGroups = 10, GroupChats = 2 } });
        _corp.World.Hire("a", "a");
        _corp.World.Hire("b", "b");
    }

    public ValueTask DisposeAsync()
    {
        _caller.Dispose();
        return _host.DisposeAsync();
    }

    [Fact]
    public async Task Companies_with_customers_are_added_and_described()
    {
        var added = await SendAsync(HttpMethod.Post, "/_control/corps", """{"people":5,"customers":{"count":7,"relations":10,"strangers":0,"hasSecret":false}}""");

        Assert.Equal((7, 10), (added.GetProperty("customers").GetInt32(), added.GetProperty("relations").GetInt32()));
        Assert.Equal(JsonValueKind.Null, added.GetProperty("customersSecret").ValueKind);
        Assert.Equal(_corp.CustomerContact.Secret, (await _caller.GetAsync(Url)).Text("customersSecret"));
        await SendAsync(HttpMethod.Patch, $"{Url}/credentials/app:1000002", """{"isListed":false}""");
        await SendAsync(HttpMethod.Patch, $"{Url}/settings", """{"customers":{"emptyMemberCode":0,"dataLag":"00:00:05"}}""");
        Assert.False(_corp.App.IsListed);
        Assert.Equal((0, TimeSpan.FromSeconds(5)), (_corp.Settings.Customers.EmptyMemberCode, _corp.Settings.Customers.DataLag));
    }

    [Fact]
    public async Task Customers_are_added_changed_and_deleted_from_both_sides()
    {
        var added = await SendAsync(HttpMethod.Post, $"{Url}/customers", """{"userId":"a","state":"shop-1","addWay":1}""");
        var id = added.Text("externalUserId");
        await SendAsync(HttpMethod.Patch, $"{Url}/customers/{id}", """{"name":"新名","gender":1}""");
        await SendAsync(HttpMethod.Patch, $"{Url}/follows/a/{id}", """{"remark":"备注","remarkMobiles":["1"]}""");

        Assert.Equal(("新名", 1), (Customers.Find(id)!.Name, Customers.Find(id)!.Gender));
        Assert.Equal("新名", (await _caller.GetAsync($"{Url}/customers/{id}")).Text("name"));
        var follow = (await _caller.GetAsync($"{Url}/follows/a/{id}")).GetProperty("follow");
        Assert.Equal(("备注", "shop-1"), (follow.Text("remark"), follow.Text("state")));
        await SendAsync(HttpMethod.Delete, $"{Url}/follows/a/{id}?byCustomer=true");
        Assert.True(Customers.Find("a", id)!.Follow.IsDeletedByCustomer);
        await SendAsync(HttpMethod.Delete, $"{Url}/follows/a/{id}");
        Assert.Null(Customers.Find("a", id));
        var half = (await SendAsync(HttpMethod.Post, $"{Url}/half-customers", """{"userId":"b","externalUserId":"wmHalf"}""")).Text("externalUserId");
        Assert.Equal("wmHalf", half);
        var before = Customers.RelationCount;
        await SendAsync(HttpMethod.Post, $"{Url}/customer-churn", """{"deletes":3}""");
        Assert.Equal(before - 3, Customers.RelationCount);
    }

    [Fact]
    public async Task Transfers_ranges_and_the_developer_id_are_set()
    {
        Customers.Add("a", "wm1");
        Customers.Add("a", "wm2");
        await SendAsync(HttpMethod.Post, $"{Url}/transfers", """{"giverUserId":"a","takerUserId":"b","externalUserId":"wm1"}""");
        await SendAsync(HttpMethod.Post, $"{Url}/transfers", """{"giverUserId":"a","takerUserId":"b","externalUserId":"wm2"}""");
        await SendAsync(HttpMethod.Post, $"{Url}/transfers/wm1/complete");
        await SendAsync(HttpMethod.Post, $"{Url}/transfers/wm2/fail", """{"takerIsFull":true}""");
        await SendAsync(HttpMethod.Put, $"{Url}/service-range", """{"users":["a"]}""");
        await SendAsync(HttpMethod.Put, $"{Url}/developer-account", """{"account":null}""");

        Assert.Equal(["Done", "TakerFull"], (await _caller.GetAsync($"{Url}/transfers")).EnumerateArray().Select(transfer => transfer.Text("status")));
        Assert.NotNull(Customers.Find("b", "wm1"));
        Assert.Equal(["a"], Customers.ServiceRange.Users);
        Assert.Null(Customers.DeveloperAccount);
    }

    [Fact]
    public async Task Tags_and_groups_are_added_changed_and_deleted()
    {
        var group = await SendAsync(HttpMethod.Post, $"{Url}/corp-tags", """{"name":"新组","tags":["一","二"]}""");
        var tag = (await SendAsync(HttpMethod.Post, $"{Url}/corp-tags/{group.Text("id")}/tags", """{"name":"三"}""")).Text("id");
        await SendAsync(HttpMethod.Patch, $"{Url}/corp-tags/{tag}", """{"name":"改"}""");
        await SendAsync(HttpMethod.Post, $"{Url}/corp-tags/shuffle", "{}");
        Assert.Equal(["一", "二", "改"], Customers.TagGroups.Single(other => other.Name == "新组").Tags.Select(other => other.Name).Order(StringComparer.Ordinal));
        await SendAsync(HttpMethod.Delete, $"{Url}/corp-tags/{group.Text("id")}");
        Assert.Equal(10, (await _caller.GetAsync($"{Url}/corp-tags")).GetArrayLength());

        var chat = (await SendAsync(HttpMethod.Post, $"{Url}/chats", """{"ownerUserId":"a","name":"群","members":["b"]}""")).Text("chatId");
        await SendAsync(HttpMethod.Patch, $"{Url}/chats/{chat}", """{"name":"改","notice":"公告","ownerUserId":"b"}""");
        await SendAsync(HttpMethod.Post, $"{Url}/chats/{chat}/members", """{"add":["wm9"],"remove":["a"],"joinScene":3}""");
        var read = await _caller.GetAsync($"{Url}/chats/{chat}");
        Assert.Equal(("改", "公告", "b"), (read.Text("name"), read.Text("notice"), read.Text("ownerUserId")));
        Assert.Equal(["b", "wm9"], read.Texts("members", "id"));
        Assert.Equal(3, (await _caller.GetAsync($"{Url}/chats")).GetArrayLength());
        await SendAsync(HttpMethod.Delete, $"{Url}/chats/{chat}");
        Assert.Null(Customers.FindChat(chat));
    }

    [Fact]
    public async Task The_truth_is_what_a_caller_with_all_rights_would_read()
    {
        Customers.Add("a", "wm1");
        Customers.DeleteByCustomer("a", "wm1");
        _corp.App.Range = WeComSync.Simulator.Worlds.VisibleRange.Nothing;

        var truth = await _caller.GetAsync($"{Url}/truth/customers");

        var got = await _caller.GetAsync(_corp.CustomerContact, "externalcontact/get?external_userid=wm1");
        var contact = truth.GetProperty("external_contact").EnumerateArray().Single(item => item.Text("external_userid") == "wm1");
        var follow = truth.GetProperty("follow_user").EnumerateArray().Single(item => item.Text("external_userid") == "wm1");
        Assert.Equal(got.GetProperty("external_contact").GetRawText(), contact.GetRawText());
        foreach (var member in got.GetProperty("follow_user")[0].EnumerateObject())
            Assert.Equal(member.Value.GetRawText(), follow.GetProperty(member.Name).GetRawText());
        Assert.True(follow.GetProperty("deleted_by_customer").GetBoolean());
        Assert.Equal(Customers.RelationCount, truth.GetProperty("follow_user").GetArrayLength());
        Assert.Equal(Customers.CustomerCount, truth.GetProperty("external_contact").GetArrayLength());
        var chat = truth.GetProperty("group_chat")[1];
        Assert.Equal(
            (await _caller.PostAsync(_corp.CustomerContact, "externalcontact/groupchat/get", $$"""{"chat_id":"{{chat.Text("chat_id")}}","need_name":1}""")).GetProperty("group_chat").GetRawText(),
            chat.GetRawText());
        Assert.Equal([9, 1], truth.GetProperty("tag_group").EnumerateArray().GroupBy(group => group.GetProperty("rule").GetBoolean()).Select(group => group.Count()));
        Assert.Equal(_corp.World.PeopleCount, truth.GetProperty("service_userid").GetArrayLength());
    }

    [Fact]
    public async Task Each_event_server_is_reached_by_the_name_of_its_credential()
    {
        await using var receiver = await Receiver.StartAsync();
        foreach (var channel in (string[])["customers", "app:1000002"])
            await SendAsync(HttpMethod.Put, $"{Url}/callbacks/target?channel={channel}",
                $$"""{"url":"{{receiver.Url}}/{{channel}}","token":"{{Receiver.Token}}","encodingAesKey":"{{Receiver.Key}}","verify":false}""");
        await SendAsync(HttpMethod.Post, $"{Url}/callbacks/pause?channel=customers");

        await SendAsync(HttpMethod.Post, $"{Url}/customers", """{"userId":"a"}""");
        await _corp.App.Callbacks.WhenIdleAsync(Caller.Cancel);

        Assert.Equal("add_external_contact", Assert.Single(receiver.Events).Field("ChangeType"));
        Assert.True((await _caller.GetAsync($"{Url}/callbacks?channel=customers")).GetProperty("isPaused").GetBoolean());
        Assert.Equal(1, (await _caller.GetAsync($"{Url}/callbacks/log?channel=app:1000002")).GetArrayLength());
        Assert.Equal(0, (await _caller.GetAsync($"{Url}/callbacks/log")).GetArrayLength());
    }

    [Fact]
    public async Task A_signature_is_checked_as_by_the_client()
    {
        var ticket = (await _caller.GetAsync(_corp.App, "ticket/get?type=agent_config")).Text("ticket");
        var signature = JsapiSignature.Of(ticket, "n", 5, "https://p.example/");

        async Task<int> CheckAsync(string kind) => (await SendAsync(HttpMethod.Post, $"{Url}/apps/1000002/signature",
            $$"""{"kind":"{{kind}}","nonceStr":"n","timestamp":5,"url":"https://p.example/","signature":"{{signature}}"}""")).ErrCode();

        Assert.Equal((0, 42012), (await CheckAsync("AgentConfig"), await CheckAsync("Config")));
    }

    [Theory]
    [InlineData("GET", "customers/wmNone", "", HttpStatusCode.NotFound)]
    [InlineData("GET", "follows/a/wmNone", "", HttpStatusCode.NotFound)]
    [InlineData("GET", "chats/wrNone", "", HttpStatusCode.NotFound)]
    [InlineData("GET", "callbacks?channel=none", "", HttpStatusCode.NotFound)]
    [InlineData("POST", "customers", """{"userId":"nobody"}""", HttpStatusCode.BadRequest)]
    [InlineData("DELETE", "follows/a/wmNone", "", HttpStatusCode.BadRequest)]
    [InlineData("POST", "transfers", """{"giverUserId":"a","takerUserId":"a","externalUserId":"wm1"}""", HttpStatusCode.BadRequest)]
    public async Task A_mistake_of_the_controlling_side_is_told(string method, string path, string body, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{Url}/{path}");
        if (body.Length > 0)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await _caller.Http.SendAsync(request, Caller.Cancel);

        Assert.Equal(status, response.StatusCode);
    }

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
