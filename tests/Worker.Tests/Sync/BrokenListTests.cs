using System.Text.Json;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>Answers without an error whose list is none, or has a hole, or names somebody twice: they prove nothing and cost nobody.</summary>
public sealed class BrokenListTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly (string Path, string List, string More)[] Directory =
    [
        ("department/simplelist", "department_id", ""), ("user/list_id", "dept_user", ""), ("department/list", "department", ""),
        ("user/list", "userlist", ""), ("tag/list", "taglist", ""), ("tag/get", "userlist", ""","partylist":[]"""),
    ];

    private static readonly (string Path, string List, string More)[] Customers =
    [
        ("externalcontact/get_follow_user_list", "follow_user", ""), ("externalcontact/batch/get_by_user", "external_contact_list", ""),
        ("externalcontact/get_corp_tag_list", "tag_group", ""), ("externalcontact/groupchat/list", "group_chat_list", ""),
        ("externalcontact/groupchat/get", "group_chat", ""),
    ];

    public static TheoryData<string> NoLists => ["absent", "null", "{}", "\"\"", "\"x\"", "7", """{"userid":"x"}"""];

    /// <summary>D done, P partial, F failed, in the order of <see cref="Directory"/>.</summary>
    [Theory]
    [MemberData(nameof(NoLists))]
    public async Task What_is_no_list_is_not_read_and_the_directory_stays_as_it_is(string value)
    {
        foreach (var (contacts, ends) in new[] { (true, "FFFFPP"), (false, "--FFPP") })
        {
            await using var harness = await SyncHarness.StartAsync(
                database, new CorpOptions { People = 30, Departments = 6, Tags = 2, Seed = 95 }, contacts: contacts);
            await harness.MirrorAsync();
            harness.RestartWorker(("WeCom:Retries", "1"));
            for (var i = 0; i < Directory.Length; i++)
            {
                if (ends[i] != '-')
                {
                    await AssertUnchangedAsync(harness, Directory[i], value, ends[i], SyncKind.Full);
                }
            }
        }
    }

    /// <summary>In the order of <see cref="Customers"/>.</summary>
    [Theory]
    [MemberData(nameof(NoLists))]
    public async Task What_is_no_list_is_not_read_and_the_customers_stay_as_they_are(string value)
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions
        {
            People = 12, Departments = 3, Seed = 33, Customers = new CustomerOptions { Count = 60, Relations = 80, TagGroups = 2, GroupChats = 3 },
        });
        await harness.MirrorCustomersAsync();
        harness.RestartWorker(("WeCom:Retries", "1"));
        foreach (var (place, end) in Customers.Zip("FFPFP"))
        {
            await AssertUnchangedAsync(harness, place, value, end, SyncKind.Customers);
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"userid":null,"department":1,"id":"x","tagid":"x","chat_id":{},"group_id":[]}""")]
    [InlineData("""{"userid":"","department":9223372036854775808,"id":9223372036854775808,"tagid":1e400000,"chat_id":""}""")]
    public async Task Entry_without_an_id_is_told_and_nobody_is_removed_who_might_be_it(string hole)
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions
        {
            People = 30, Departments = 6, Tags = 2, Seed = 95, Customers = new CustomerOptions { Count = 60, Relations = 80, TagGroups = 2, GroupChats = 3 },
        });
        await harness.MirrorAsync();
        await harness.MirrorCustomersAsync();
        var world = harness.World;
        var rows = new Dictionary<string, IEnumerable<object>>
        {
            ["department/simplelist"] = world.Departments.Select(d => new { id = d.Id, parentid = d.ParentId, order = d.Order }),
            ["user/list_id"] = world.People.SelectMany(p => p.Memberships.Select(m => new { userid = p.UserId, department = m.DepartmentId })),
            ["tag/list"] = world.Tags.Select(t => new { tagid = t.Id, tagname = t.Name }),
            ["tag/get"] = [],
            ["externalcontact/get_follow_user_list"] = world.People.Select(p => p.UserId),
            ["externalcontact/get_corp_tag_list"] = [],
        };
        foreach (var (path, all) in rows)
        {
            var (_, list, more) = Directory.Concat(Customers).Single(p => p.Path == path);
            var items = all.SkipLast(1).Select(row => JsonSerializer.Serialize(row)).Append(hole);
            await AssertUnchangedAsync(
                harness, (path, list, more), $"[{string.Join(',', items)}]", 'P',
                path.StartsWith("external", StringComparison.Ordinal) ? SyncKind.Customers : SyncKind.Full, path == "tag/get" ? "whole list" : "without a");
        }
    }

    [Fact]
    public async Task Department_that_is_listed_twice_is_one()
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { People = 20, Departments = 5, Seed = 96 });
        var nodes = harness.World.Departments.Select(d => new { id = d.Id, parentid = d.ParentId, order = d.Order }).ToList();
        harness.Simulator.Faults.Always(harness.Corp, Answer("department_id", JsonSerializer.Serialize(nodes.Append(nodes[2]).Prepend(nodes[3])), ""), "department/simplelist");

        await harness.MirrorAsync();

        await harness.AssertMirrorIsTrueAsync();
    }

    [Fact]
    public async Task Departments_in_a_circle_that_are_too_large_end_in_errors_of_their_own()
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { People = 30, Departments = 6, Seed = 97 }, contacts: false);
        await harness.MirrorAsync();
        var live = await harness.LiveAsync("users");
        var last = harness.World.Departments[^1].Id;
        var circle = harness.World.Departments.Select(d => new { id = d.Id, name = d.Name, parentid = d.Id == 1 ? last : d.ParentId });
        harness.Simulator.Faults.Always(harness.Corp, Answer("department", JsonSerializer.Serialize(circle), ""), "department/list");
        harness.Simulator.Faults.Always(harness.Corp, Fault.ErrCode(45029), "user/list");

        var report = await harness.FullAsync().WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.Equal(RunState.Failed, report.State);
        Assert.Contains("45029", report.Error, StringComparison.Ordinal);
        Assert.Equal(live, await harness.LiveAsync("users"));
    }

    /// <summary>What one person carries is that person's own trouble.</summary>
    [Theory]
    [InlineData("number")]
    [InlineData("tiny number")]
    [InlineData("depth")]
    [InlineData("size")]
    public async Task Field_that_cannot_be_stored_costs_its_row_that_field_alone(string kind)
    {
        var extattr = kind switch
        {
            "number" => """{"attrs":[{"n":1e400000}]}""",
            "tiny number" => """{"attrs":[{"n":1e-400000}]}""",
            "depth" => $$"""{"attrs":{{new string('[', 70)}}{{new string(']', 70)}}}""",
            _ => $$"""{"attrs":[{"text":"{{new string('x', 10 << 20)}}"}]}""",
        };
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { People = 20, Departments = 1, Seed = 98 });
        await harness.MirrorAsync();
        var people = harness.World.People.Select(p => p.UserId).ToList();
        var before = await harness.SnapshotAsync();
        harness.Simulator.Faults.Always(
            harness.Corp,
            Answer("userlist", $$"""[{"userid":"{{people[0]}}","name":"新名","extattr":{{extattr}}},{{string.Join(',', people.Skip(1).Select(p => $$"""{"userid":"{{p}}"}"""))}}]""", ""),
            "user/list");

        var report = await harness.FullAsync();

        Assert.Equal(RunState.Partial, report.State);
        var error = Assert.Single(report.Errors);
        Assert.Equal(("user", people[0], SyncTexts.FieldUnstorable.With("extattr")), (error.Entity, error.Key, error.Message));
        // The name, its change record, and nothing else.
        var after = await harness.SnapshotAsync();
        Assert.Single(before.Except(after));
        Assert.Equal(2, after.Except(before).Count());
        Assert.Equal("新名", await harness.ScalarAsync<string>("SELECT name FROM mirror.users WHERE tenant_id = $1 AND user_id = $2", people[0]));
        Assert.Equal(1, report.Counts["user"].Changed);
    }

    private static async Task AssertUnchangedAsync(
        SyncHarness harness, (string Path, string List, string More) place, string value, char end, SyncKind kind, string? words = null)
    {
        var before = await harness.SnapshotAsync();
        harness.Simulator.Faults.Always(harness.Corp, Answer(place.List, value, place.More), place.Path);

        var report = kind == SyncKind.Full ? await harness.FullAsync() : await harness.PullAsync();

        harness.Simulator.Faults.Clear();
        var what = $"{place.List} = {value} at {place.Path}: {report.State}, {report.Error}";
        Assert.True(report.State.ToString()[0] == end, what);
        words ??= place.Path is "tag/get" ? "whole list" : place.Path is "externalcontact/groupchat/get" ? "no " : "no list";
        Assert.True($"{report.Error} {string.Join(' ', report.Errors.Select(e => e.Message))}".Contains(words, StringComparison.Ordinal), what);
        Assert.DoesNotContain("DNS", report.Error ?? "", StringComparison.Ordinal);
        var after = await harness.SnapshotAsync();
        Assert.True(before.SequenceEqual(after), $"{what}\n{string.Join('\n', before.Except(after).Concat(after.Except(before)).Take(6))}");
    }

    private static Fault Answer(string list, string value, string more) => Fault.Http(
        200, "application/json", $$"""{"errcode":0,"errmsg":"ok"{{(value == "absent" ? "" : $",\"{list}\":{value}")}}{{more}}}""");
}
