using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using WeComSync.Worker.Doctor;
using WeComSync.Worker.Tests.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.Doctor;

public sealed class DoctorSituationTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Healthy_company_has_no_wrong_line_and_names_the_address()
    {
        await using var scene = await DoctorScene.StartAsync(database);

        var lines = await scene.ExamineAsync();

        Assert.DoesNotContain(lines, line => line.Verdict == DoctorVerdict.Wrong);
        Assert.Contains("203.0.113.10", lines.Single(line => line.Check == "address").What, StringComparison.Ordinal);
        Assert.Contains("20 people", lines.Single(line => line.Check == "lists").What, StringComparison.Ordinal);
        Assert.Contains("whole company", lines.Single(line => line.Check == "visible range").What, StringComparison.Ordinal);
        Assert.Equal(DoctorVerdict.Ok, lines.Single(line => line.Check == "details").Verdict);
        Assert.Equal(DoctorVerdict.Ok, lines.Single(line => line.Check == "clock").Verdict);
    }

    [Fact]
    public async Task Smaller_visible_range_is_compared_with_the_company()
    {
        await using var scene = await DoctorScene.StartAsync(database);
        var department = scene.Corp.World.AddDepartment("分部", 1);
        scene.Corp.World.Hire(new Person { UserId = "inside", Name = "内", Memberships = [new(department.Id)] });
        scene.Corp.App.Range = VisibleRange.Nothing with { Departments = [department.Id] };

        var line = await scene.LineAsync(Checks.Range);

        Assert.Equal(DoctorVerdict.Warning, line.Verdict);
        Assert.Contains("1 of 21 people and 1 of 5 departments", line.What, StringComparison.Ordinal);
        Assert.Contains("可见范围", line.Step!, StringComparison.Ordinal);
        Assert.Equal(DoctorVerdict.Ok, (await scene.LineAsync(Checks.Details)).Verdict);
    }

    [Fact]
    public async Task Empty_visible_range_is_wrong()
    {
        await using var scene = await DoctorScene.StartAsync(database);
        scene.Corp.App.Range = VisibleRange.Nothing;

        Assert.Equal(DoctorVerdict.Wrong, (await scene.LineAsync(Checks.Range)).Verdict);
    }

    [Fact]
    public async Task Application_alone_reads_details_without_contact_sync()
    {
        await using var scene = await DoctorScene.StartAsync(database, contacts: false);

        Assert.Equal(DoctorVerdict.Warning, (await scene.LineAsync(Checks.ContactsSecret)).Verdict);
        Assert.Equal(DoctorVerdict.Ok, (await scene.LineAsync(Checks.Details)).Verdict);
    }

    [Fact]
    public async Task Stopped_tenant_is_examined_all_the_same()
    {
        await using var scene = await DoctorScene.StartAsync(database);
        await scene.ChangeAsync((_, tenant) =>
        {
            tenant.Stop(60020, "not allowed from 203.0.113.10", "add it", DateTimeOffset.UtcNow);
            return Task.CompletedTask;
        });

        var lines = await scene.ExamineAsync();

        Assert.True(lines[0] is { Verdict: DoctorVerdict.Wrong, Stops: true, Code: 60020 });
        Assert.Equal(DoctorVerdict.Ok, lines.Single(line => line.Check == "address").Verdict);
    }

    [Fact]
    public async Task Fields_are_those_that_the_last_sync_saw()
    {
        await using var scene = await DoctorScene.StartAsync(database);
        Assert.Equal(DoctorVerdict.Warning, (await scene.LineAsync(Checks.Fields)).Verdict);
        await scene.ChangeAsync(async (_, tenant) =>
        {
            await using var grants = database.DataSource.CreateCommand(
                "INSERT INTO control.field_grants (tenant_id, field, granted, seen_at) VALUES ($1, 'mobile', true, now()), ($1, 'email', false, now())");
            grants.Parameters.AddWithValue(tenant.Id);
            await grants.ExecuteNonQueryAsync(Cancel);
        });

        var line = await scene.LineAsync(Checks.Fields);

        Assert.Equal(DoctorVerdict.Warning, line.Verdict);
        Assert.Contains("gives mobile, but no longer email", line.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callbacks_go_from_not_set_to_good_to_silent()
    {
        await using var scene = await DoctorScene.StartAsync(database);
        Assert.Contains("https://sync.example.com/callbacks/", (await scene.LineAsync(Checks.Callbacks)).Step!, StringComparison.Ordinal);
        await scene.ConfigureCallbackAsync();
        Assert.Equal(DoctorVerdict.Wrong, (await scene.LineAsync(Checks.Callbacks)).Verdict);

        await scene.SawAsync(CallbackOutcome.Verified, TimeSpan.FromDays(30));
        Assert.Equal(DoctorVerdict.Warning, (await scene.LineAsync(Checks.Callbacks)).Verdict);

        await scene.SawAsync(CallbackOutcome.Accepted, TimeSpan.FromHours(5));
        var line = await scene.LineAsync(Checks.Callbacks);
        Assert.Equal(DoctorVerdict.Ok, line.Verdict);
        Assert.Contains("checked by WeCom 30 days ago, last event 5 hours ago", line.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CallbackOutcome.WrongSignature, "Token")]
    [InlineData(CallbackOutcome.WrongEncodingAesKey, "EncodingAESKey")]
    [InlineData(CallbackOutcome.WrongReceiver, "company")]
    [InlineData(CallbackOutcome.UnusableSettings, "doctor --host")]
    [InlineData(CallbackOutcome.Malformed, "log")]
    public async Task Refusal_after_the_last_good_request_is_told(CallbackOutcome outcome, string step)
    {
        await using var scene = await DoctorScene.StartAsync(database);
        await scene.ConfigureCallbackAsync();
        await scene.SawAsync(CallbackOutcome.Verified, TimeSpan.FromHours(2));
        await scene.SawAsync(outcome, TimeSpan.FromMinutes(5));

        var line = await scene.LineAsync(Checks.Callbacks);

        Assert.Equal(DoctorVerdict.Wrong, line.Verdict);
        Assert.Contains(step, line.Step!, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(30, DoctorVerdict.Warning)]
    [InlineData(-600, DoctorVerdict.Wrong)]
    public async Task Clock_that_is_off_is_measured_against_WeCom(int seconds, object verdict)
    {
        await using var scene = await DoctorScene.StartAsync(database, clock: new ShiftedClock(TimeSpan.FromSeconds(seconds)));

        var line = await scene.LineAsync(Checks.Clock);

        Assert.Equal((DoctorVerdict)verdict, line.Verdict);
        Assert.Contains("NTP", line.Step!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"errcode":0,"errmsg":"ok","follow_user":["a","b"]}""", "2 members")]
    [InlineData("""{"errcode":0,"errmsg":"ok","follow_user":[]}""", "No member")]
    [InlineData("""{"errcode":48002,"errmsg":"api forbidden","follow_user":[]}""", "48002")]
    public async Task Customers_may_be_absent(string answer, string expected)
    {
        await using var stub = await WeComStub.StartAsync();
        stub.Answer("externalcontact/get_follow_user_list", answer);
        foreach (var path in new[] { "user/get", "agent/get", "department/simplelist", "tag/list" })
        {
            stub.Answer(path, """{"errcode":60011,"errmsg":"no privilege"}""");
        }

        var caller = await WeComProcess.AddTenantAsync(database, Channel.App);
        await database.SetAgentAsync(caller.TenantId);
        using var host = DoctorScene.Build(database, stub.BaseUrl);

        var lines = await host.Services.GetRequiredService<TenantDoctor>().ExamineAsync(caller.TenantId, DoctorLanguage.English, Cancel).ToListAsync(Cancel);

        var line = Assert.Single(lines, line => line.Check == "customers");
        Assert.Equal(DoctorVerdict.Ok, line.Verdict);
        Assert.Contains(expected, line.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_prints_one_object_and_ends_with_4_where_a_sync_would_stop()
    {
        await using var scene = await DoctorScene.StartAsync(database);
        scene.Corp.App.TrustIps([]);

        var result = await WorkerProcess.RunAsync(
            database.ConnectionString, ["doctor", scene.Tenant.Key, "--json", "--lang", "zh-CN"], ("WeCom__BaseUrl", scene.Simulator.BaseUrl));

        Assert.Equal(4, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        Assert.False(json.RootElement.GetProperty("healthy").GetBoolean());
        var line = json.RootElement.GetProperty("lines").EnumerateArray().First(l => l.GetProperty("verdict").GetString() == "wrong");
        Assert.Equal(("wrong", 60020), (line.GetProperty("verdict").GetString(), line.GetProperty("code").GetInt32()));
        Assert.Contains("企业可信IP", result.Error.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    private sealed class ShiftedClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
