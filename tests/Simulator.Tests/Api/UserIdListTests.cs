using WeComSync.Simulator.Corps;

namespace WeComSync.Simulator.Tests.Api;

public sealed class UserIdListTests(SharedHost shared) : IDisposable
{
    private readonly Caller _caller = new(shared.Host);

    public void Dispose() => _caller.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10_000)]
    public async Task Pages_of_any_size_give_every_membership_once(int limit)
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 60, Departments = 12, SeveralDepartmentsShare = 0.4 });

        var rows = await _caller.ListIdsAsync(corp.Contacts, limit);

        var truth = corp.World.People.SelectMany(person => person.Memberships, (person, membership) => (person.UserId, membership.DepartmentId));
        Assert.Equal(truth.Order(), rows.Order());
        Assert.True(rows.Count > 60);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task The_rows_of_one_person_lie_apart_or_together_as_set(bool isByDepartment, int distance)
    {
        var corp = shared.Host.AddCorp(new CorpOptions { Settings = new CorpSettings { ListIdByDepartment = isByDepartment } });
        var other = corp.World.AddDepartment("other").Id;
        foreach (var userId in (string[])["a", "b"])
            corp.World.Hire(userId, userId, 1, other);

        var rows = await _caller.ListIdsAsync(corp.Contacts, 10);

        Assert.Equal(distance, rows.FindLastIndex(row => row.UserId == "a") - rows.FindIndex(row => row.UserId == "a"));
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, null)]
    public async Task The_last_page_has_an_empty_cursor_or_none(bool isAbsent, string? expected)
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 3, Settings = new CorpSettings { LastCursorIsAbsent = isAbsent } });

        var page = await _caller.PostAsync(corp.Contacts, "user/list_id", """{"limit":3}""");

        Assert.Equal(expected, page.TryGetProperty("next_cursor", out var cursor) ? cursor.GetString() : null);
    }

    [Fact]
    public async Task Without_a_limit_the_default_of_the_setting_applies()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 9, SeveralDepartmentsShare = 0, Settings = new CorpSettings { ListIdDefaultLimit = 4 } });

        var page = await _caller.PostAsync(corp.Contacts, "user/list_id", "");

        Assert.Equal(4, page.GetProperty("dept_user").GetArrayLength());
        Assert.NotEqual("", page.Text("next_cursor"));
    }

    [Fact]
    public async Task A_snapshot_listing_ignores_what_joins_between_its_pages()
    {
        var corp = shared.Host.AddCorp(new CorpOptions { People = 6 });
        var first = await _caller.PostAsync(corp.Contacts, "user/list_id", """{"limit":3}""");
        corp.World.Hire("late", "l");

        var second = await _caller.PostAsync(corp.Contacts, "user/list_id", $$"""{"limit":9,"cursor":"{{first.Text("next_cursor")}}"}""");

        Assert.Equal(3, second.GetProperty("dept_user").GetArrayLength());
        Assert.DoesNotContain("late", second.Texts("dept_user", "userid"));
    }

    [Fact]
    public async Task A_live_listing_loses_a_person_when_an_earlier_one_leaves_between_its_pages()
    {
        var corp = shared.Host.AddCorp(new CorpOptions
        {
            Settings = new CorpSettings { ListIdPaging = CursorPaging.Live, ListIdByDepartment = false },
        });
        foreach (var userId in (string[])["a", "b", "c", "d"])
            corp.World.Hire(userId, userId);
        var first = await _caller.PostAsync(corp.Contacts, "user/list_id", """{"limit":2}""");
        corp.World.Leave("a");

        var second = await _caller.PostAsync(corp.Contacts, "user/list_id", $$"""{"limit":2,"cursor":"{{first.Text("next_cursor")}}"}""");

        Assert.Equal(["a", "b"], first.Texts("dept_user", "userid"));
        Assert.Equal(["d"], second.Texts("dept_user", "userid"));
    }

    [Theory]
    [InlineData("""{"cursor":"nonsense"}""", 50100)]
    [InlineData("""{"cursor":"nonsense.3"}""", 50100)]
    [InlineData("""{"limit":0}""", 40058)]
    [InlineData("""{"limit":10001}""", 40058)]
    [InlineData("""{"limit":"5"}""", 40058)]
    [InlineData("{", 40035)]
    [InlineData("[]", 40035)]
    [InlineData("""{"cursor":"\u0041"}""", 40033)]
    public async Task A_bad_request_is_refused(string body, int code)
    {
        var corp = shared.Host.AddCorp(new CorpOptions());

        Assert.Equal(code, (await _caller.PostAsync(corp.Contacts, "user/list_id", body)).ErrCode());
    }

    [Fact]
    public async Task A_cursor_dies_of_age_and_belongs_to_its_company()
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions(), Caller.Cancel);
        using var caller = new Caller(host);
        var corp = host.AddCorp(new CorpOptions { People = 5, Settings = new CorpSettings { CursorLifetime = TimeSpan.FromMinutes(5) } });
        var other = host.AddCorp(new CorpOptions { People = 5 });
        var cursor = (await caller.PostAsync(corp.Contacts, "user/list_id", """{"limit":2}""")).Text("next_cursor");
        var body = $$"""{"cursor":"{{cursor}}","limit":2}""";

        Assert.Equal(50100, (await caller.PostAsync(other.Contacts, "user/list_id", body)).ErrCode());
        Assert.Equal(0, (await caller.PostAsync(corp.Contacts, "user/list_id", body)).ErrCode());
        host.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(50100, (await caller.PostAsync(corp.Contacts, "user/list_id", body)).ErrCode());
    }

    [Fact]
    public async Task Only_the_contact_sync_secret_may_ask_and_only_by_post()
    {
        var corp = shared.Host.AddCorp(new CorpOptions());

        Assert.Equal(48002, (await _caller.PostAsync(corp.App, "user/list_id", "{}")).ErrCode());
        Assert.Equal(40003, (await _caller.GetAsync(corp.Contacts, "user/list_id")).ErrCode());
    }
}
