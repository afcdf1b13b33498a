using System.Globalization;
using System.Text;
using System.Text.Json;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Json;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

/// <summary><c>user/list</c>, which is read as it arrives.</summary>
public sealed class UserListTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_field_arrives_as_it_was_sent()
    {
        var user = Assert.Single(await ListAsync("""
            {"errcode":0,"errmsg":"ok","userlist":[{"userid":"ZhangSan","name":"张三😀","department":[1,4294967295],"position":"工程师","mobile":"+86 13800000000",
            "gender":"2","email":"a@b.c","avatar":"https:\/\/img.example\/0","thumb_avatar":"https://img.example/100","qr_code":"https://qr.example","status":1,
            "isleader":0,"extattr":{"attrs":[{"type":0,"name":"工号","text":{"value":"A-1"}}]},"telephone":"021-1","enable":1,"hide_mobile":0,
            "order":[2147484646,0],"main_department":4294967295,"alias":"三","is_leader_in_dept":[0,1],"direct_leader":["boss"],"biz_mail":"z@corp",
            "address":"上海","english_name":"San","external_position":"顾问","external_profile":{"external_corp_name":"示例"},"open_userid":"wo1"}]}
            """));

        Assert.Equal(
            ("ZhangSan", "张三😀", "三", "San", "工程师", "+86 13800000000", "a@b.c", "z@corp"),
            (user.UserId, user.Name, user.Alias, user.EnglishName, user.Position, user.Mobile, user.Email, user.BizMail));
        Assert.Equal(
            ((short)2, "https://img.example/0", "https://img.example/100", "https://qr.example", "021-1", "上海", (short)1, 4294967295),
            (user.Gender, user.Avatar, user.ThumbAvatar, user.QrCode, user.Telephone, user.Address, user.Status, user.MainDepartment));
        Assert.Equal([1, 4294967295], user.Departments!);
        Assert.Equal([2147484646, 0], user.Order!);
        Assert.Equal([0, 1], user.IsLeaderInDepartment!);
        Assert.Equal(["boss"], user.DirectLeaders!);
        Assert.Equal("""{"attrs":[{"type":0,"name":"工号","text":{"value":"A-1"}}]}""", user.Extattr);
        Assert.Equal(("顾问", """{"external_corp_name":"示例"}""", "wo1"), (user.ExternalPosition, user.ExternalProfile, user.OpenUserid));
    }

    [Fact]
    public async Task Absent_and_null_are_not_returned_and_empty_is_empty()
    {
        var users = await ListAsync("""
            {"errcode":0,"userlist":[{"userid":"absent"},
            {"userid":"null","name":null,"gender":null,"status":null,"department":null,"direct_leader":null,"extattr":null,"main_department":null},
            {"userid":"empty","name":"","gender":"0","department":[],"order":[],"direct_leader":[],"extattr":{},"mobile":""}]}
            """);

        Assert.All(users[..2], user => Assert.Equal(
            (null, null, null, null, null, null, null),
            (user.Name, user.Gender, user.Status, user.Departments, user.DirectLeaders, user.Extattr, user.MainDepartment)));
        Assert.Equal(("", "", (short)0, "{}"), (users[2].Name, users[2].Mobile, users[2].Gender, users[2].Extattr));
        Assert.Equal((0, 0, 0), (users[2].Departments!.Length, users[2].Order!.Length, users[2].DirectLeaders!.Length));
    }

    [Fact]
    public async Task Odd_types_are_understood_or_count_as_not_returned()
    {
        var users = await ListAsync("""
            {"errcode":"0","userlist":[null,"x",7,[],{"userid":12345,"name":["a"],"alias":7,"mobile":13800000000,"email":{"a":1},"gender":1,"status":"4",
            "main_department":"17","department":"5","order":["2147484646",null,"x",true,1.0],"is_leader_in_dept":[true,false,"1",null],
            "direct_leader":"boss","extattr":[],"external_profile":"","telephone":false,"position":null,"unknown":{"deep":[[[{}]]]}}]}
            """);

        // Who is nobody stays as a hole in the list.
        Assert.Equal(["", "", "", "", "12345"], users.Select(u => u.UserId));
        var user = users[^1];

        Assert.Equal(
            ("12345", null, "7", "13800000000", null, "false", null),
            (user.UserId, user.Name, user.Alias, user.Mobile, user.Email, user.Telephone, user.Position));
        Assert.Equal(((short)1, (short)4, 17L), (user.Gender, user.Status, user.MainDepartment));
        Assert.Equal([5], user.Departments!);
        Assert.Equal([2147484646, 0, 0, 1, 1], user.Order!);
        Assert.Equal([1, 0, 1, 0], user.IsLeaderInDepartment!);
        Assert.Equal(["boss"], user.DirectLeaders!);
        Assert.Equal(("{}", "{}"), (user.Extattr, user.ExternalProfile));
    }

    [Fact]
    public async Task Numbers_that_are_none_or_too_large_count_as_not_returned()
    {
        var user = Assert.Single(await ListAsync("""
            {"errcode":0,"userlist":[{"userid":"a","gender":"","status":"9999999","main_department":"x","department":{},"order":"many"}]}
            """));

        Assert.Equal((null, null, null, null, null), (user.Gender, user.Status, user.MainDepartment, user.Departments, user.Order));
    }

    [Fact]
    public async Task Text_that_PostgreSQL_would_refuse_is_made_storable()
    {
        var bytes = new List<byte>("""{"errcode":0,"userlist":[{"userid":"a","name":"half \ud83d emoji","alias":"nul\u0000","position":"tab"""u8.ToArray());
        bytes.AddRange("\tand\nline\","u8);
        bytes.AddRange("\"address\":\""u8);
        bytes.AddRange([0xE4, 0xBD, 0xFF, 0xC3]);
        bytes.AddRange("""ok","extattr":{"attrs":[{"name":"\u0000x\ud83d","text":{"value":"line\nbreak \ud83d\ude00 \\u0000"}}]}}]}"""u8);

        var user = Assert.Single(await ListAsync(bytes.ToArray()));

        Assert.Equal(("half \uFFFD emoji", "nul", "tab and line"), (user.Name, user.Alias, user.Position));
        Assert.EndsWith("ok", user.Address, StringComparison.Ordinal);
        await using var store = database.DataSource.CreateCommand("SELECT $1::jsonb #>> '{attrs,0,text,value}', $2");
        store.Parameters.AddWithValue(user.Extattr!);
        store.Parameters.AddWithValue(string.Join('|', user.Name, user.Alias, user.Position, user.Address));
        await using var reader = await store.ExecuteReaderAsync(Cancel);
        await reader.ReadAsync(Cancel);
        Assert.Equal("line\nbreak 😀 \\u0000", reader.GetString(0));
    }

    [Fact]
    public async Task Errcode_is_known_before_anybody_is_given_out()
    {
        await using var stub = await WeComStub.StartAsync();
        var sent = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        stub.On("user/list", async call =>
        {
            await call.SendAsync("""{"userlist":[{"userid":"a"},{"userid":"b"}],""");
            sent.SetResult();
            await goOn.Task;
            await call.SendAsync("""
                "errmsg":"no privilege","errcode":60011}
                """);
        });
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        await using var users = process.Client.ListUsersAsync(caller, 1, false, Cancel).GetAsyncEnumerator(Cancel);
        var first = users.MoveNextAsync().AsTask();
        await sent.Task;
        Assert.False(first.IsCompleted);
        goOn.SetResult();

        Assert.Equal(60011, (await Assert.ThrowsAsync<WeComException>(() => first)).ErrCode);
    }

    [Theory]
    [InlineData("""{"errcode":40013,"errmsg":"x","userlist":[{"userid":"a"}]}""")]
    [InlineData("""{"userlist":[{"userid":"a"}],"errcode":40013,"errmsg":"x"}""")]
    [InlineData("""{"errmsg":"x","userlist":{"odd":[1]},"errcode":"40013"}""")]
    [InlineData("""{"errcode":0,"userlist":[],"errcode":40013}""")]
    public async Task Failure_is_seen_wherever_errcode_stands(string body) =>
        Assert.Equal(40013, (await Assert.ThrowsAsync<WeComException>(() => ListAsync(body))).ErrCode);

    [Theory]
    [InlineData("""{"userlist":[{"userid":"a"}]}""", 1)]
    [InlineData("""{"userlist":[{"userid":"a"}],"errcode":0}""", 1)]
    [InlineData("""{"errcode":null,"userlist":[{"userid":"a"}]}""", 1)]
    [InlineData("""{"errcode":0,"errmsg":"ok","userlist":[]}""", 0)]
    [InlineData("\uFEFF{\"errcode\":0,\"userlist\":[{\"userid\":\"a\"}]}\r\n", 1)]
    public async Task Order_and_absence_of_parts_do_not_matter(string body, int people) => Assert.Equal(people, (await ListAsync(body)).Length);

    [Theory]
    [InlineData("""{"errcode":0,"errmsg":"ok","userlist":null}""")]
    [InlineData("""{"errcode":0,"errmsg":"ok","userlist":{}}""")]
    [InlineData("""{"userlist":"","errcode":0}""")]
    [InlineData("""{"errcode":0,"errmsg":"ok"}""")]
    public async Task Answer_without_its_list_is_a_failure_and_not_one_of_the_network(string body)
    {
        var failure = await Assert.ThrowsAsync<WeComException>(() => ListAsync(body));

        Assert.Equal(WeComErrorClass.Retry, failure.Class);
        Assert.Contains("the answer has no list", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotMatch("DNS|[Pp]roxy|network", failure.Message);
    }

    [Fact]
    public async Task Row_without_userid_comes_with_an_empty_one() =>
        Assert.Equal(["", "", ""], (await ListAsync("""{"errcode":0,"userlist":[{"name":"x"},{"userid":null},{"userid":{}}]}""")).Select(u => u.UserId));

    [Fact]
    public void Body_split_at_any_byte_reads_the_same()
    {
        var body = Encoding.UTF8.GetBytes(
            """{"errcode":0,"errmsg":"o\u006b","x":[{"y":"]}"}],"userlist":[{"userid":"张\"三","department":[1,2]},{"userid":"b😀"}],"z":1}""");
        for (var at = 0; at <= body.Length; at++)
        {
            var parser = new UserListParser();
            var users = new List<WeComUser>();

            var done = parser.Read(body.AsSpan(0, at), false, users);
            done += parser.Read(body.AsSpan(done), false, users);
            parser.Read(body.AsSpan(done), true, users);

            Assert.True(parser.Ended);
            Assert.Equal(["张\"三", "b😀"], users.Select(u => u.UserId));
        }
    }

    [Fact]
    public void Body_that_ends_at_any_byte_is_not_complete()
    {
        var body = """{"errcode":0,"userlist":[{"userid":"a"},{"userid":"b"}]}"""u8.ToArray();
        for (var at = 0; at < body.Length; at++)
        {
            Assert.ThrowsAny<JsonException>(() => new UserListParser().Read(body.AsSpan(0, at), true, []));
        }
    }

    [Fact]
    public async Task Broken_list_is_read_again_and_everybody_comes_at_least_once()
    {
        await using var stub = await WeComStub.StartAsync();
        var taken = new TaskCompletionSource();
        stub.On("user/list", async call =>
        {
            await call.SendAsync("""{"errcode":0,"userlist":[{"userid":"a"},{"userid":"b"}""");
            if (call.Number == 1)
            {
                await taken.Task;
                call.Reset();
                return;
            }

            await call.SendAsync(""",{"userid":"c"}]}""");
        });
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        var users = new List<WeComUser>();
        await foreach (var user in process.Client.ListUsersAsync(caller, 1, false, Cancel))
        {
            users.Add(user);
            if (user.UserId == "b")
            {
                taken.TrySetResult();
            }
        }

        Assert.Equal(["a", "b", "a", "b", "c"], users.Select(u => u.UserId));
        Assert.True(users[2].FetchedAt > users[0].FetchedAt);
    }

    [Fact]
    public async Task Fetched_at_is_when_the_request_was_sent()
    {
        await using var stub = await WeComStub.StartAsync();
        var clock = new ManualClock();
        var before = clock.GetUtcNow();
        stub.On("user/list", call =>
        {
            clock.Advance(TimeSpan.FromSeconds(3));
            return call.JsonAsync("""{"errcode":0,"userlist":[{"userid":"a"}]}""");
        });
        await using var process = WeComProcess.Start(database, stub.BaseUrl, clock);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        Assert.Equal(before, (await process.Client.ListUsersAsync(caller, 1, false, Cancel).SingleAsync(Cancel)).FetchedAt);
    }

    [Theory]
    [InlineData(false, "&department_id=4294967295")]
    [InlineData(true, "&department_id=4294967295&fetch_child=1")]
    public async Task Subtree_is_asked_for_only_when_wanted(bool fetchChild, string query)
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("user/list", """{"errcode":0,"userlist":[]}""");
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);

        await process.Client.ListUsersAsync(caller, 4294967295, fetchChild, Cancel).ToListAsync(Cancel);

        Assert.Equal("?access_token=token-1" + query, stub.Calls[^1].Query);
    }

    [Fact]
    public async Task Large_list_is_not_kept_while_it_is_read()
    {
        const int people = 5_000;
        await using var stub = await WeComStub.StartAsync();
        var filler = JsonSerializer.Serialize(new string('x', 700));
        stub.On("user/list", async call =>
        {
            await call.SendAsync("""{"errcode":0,"userlist":[""");
            for (var i = 0; i < people; i += 100)
            {
                await call.SendAsync(string.Concat(Enumerable.Range(i, 100).Select(n => $$"""{{(n == 0 ? "" : ",")}}{"userid":"{{n}}","address":{{filler}}}""")));
            }

            await call.SendAsync("]}");
        });
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);
        var read = new List<WeakReference>();

        await foreach (var user in process.Client.ListUsersAsync(caller, 1, false, Cancel))
        {
            Assert.Equal(read.Count.ToString(CultureInfo.InvariantCulture), user.UserId);
            read.Add(new WeakReference(user));
            if (read.Count == people - 1)
            {
                GC.Collect();
                // A few are held by the stack of a debug build.
                Assert.InRange(read[..(people / 2)].Count(person => person.IsAlive), 0, 100);
            }
        }

        Assert.Equal(people, read.Count);
    }

    private Task<WeComUser[]> ListAsync(string body) => ListAsync(Encoding.UTF8.GetBytes(body));

    private async Task<WeComUser[]> ListAsync(byte[] body)
    {
        await using var stub = await WeComStub.StartAsync();
        stub.On("user/list", call => call.AnswerAsync(200, "application/json; charset=UTF-8", body));
        await using var process = WeComProcess.Start(database, stub.BaseUrl);
        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);
        return await process.Client.ListUsersAsync(caller, 1, false, Cancel).ToArrayAsync(Cancel);
    }
}
