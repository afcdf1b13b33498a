using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Faults;
using WeComSync.TestKit;
using WeComSync.Worker.Doctor;
using Xunit;

namespace WeComSync.Worker.Tests.Doctor;

/// <summary>Each code that administrators meet, produced by the company's own settings where WeCom would, is one line that names the page.</summary>
public sealed class DoctorCodeTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData(40001, 40001)]
    [InlineData(40091, 40091)]
    public async Task Wrong_secret(int configured, int expected)
    {
        await using var scene = await DoctorScene.StartAsync(database);
        scene.Corp.Settings = scene.Corp.Settings with { WrongSecretCode = configured };
        scene.Corp.App.ResetSecret();

        await AssertWrongAsync(scene, Checks.AppSecret, expected, "应用管理", stops: true);
    }

    [Fact]
    public async Task Unknown_company_id_40013()
    {
        await using var scene = await DoctorScene.StartAsync(database);
        await scene.ChangeAsync((_, tenant) =>
        {
            tenant.CorpId = "ww0000000000000000";
            return Task.CompletedTask;
        });

        await AssertWrongAsync(scene, Checks.AppSecret, 40013, "我的企业", stops: true);
        await AssertWrongAsync(scene, Checks.ContactsSecret, 40013, "我的企业", stops: true);
    }

    [Fact]
    public async Task Old_secret_45031()
    {
        await using var scene = await DoctorScene.StartAsync(database);
        scene.Corp.Contacts.IsSecretTooOld = true;

        await AssertWrongAsync(scene, Checks.ContactsSecret, 45031, "管理工具 → 通讯录同步", stops: true);
    }

    [Fact]
    public async Task Banned_company_301007()
    {
        await using var scene = await DoctorScene.StartAsync(database);
        scene.Corp.Settings = scene.Corp.Settings with { IsSuspended = true };

        await AssertWrongAsync(scene, Checks.AppSecret, 301007, "", stops: true);
    }

    [Fact]
    public async Task Agent_id_of_another_application_301002()
    {
        await using var scene = await DoctorScene.StartAsync(database);
        await scene.ChangeAsync((_, tenant) =>
        {
            tenant.Settings.Single(s => s.Channel == Channel.App).AgentId = 1000099;
            return Task.CompletedTask;
        });

        await AssertWrongAsync(scene, Checks.Range, 301002, "应用管理", stops: true);
    }

    [Fact]
    public async Task Address_that_is_not_trusted_60020_is_named_as_WeCom_sees_it()
    {
        await using var scene = await DoctorScene.StartAsync(database);
        scene.Corp.App.TrustIps(["198.51.100.1"]);
        scene.Simulator.CallerAddress = "203.0.113.77";

        var line = await AssertWrongAsync(scene, Checks.Address, 60020, "企业可信IP", stops: true);
        Assert.Contains("203.0.113.77", line.What, StringComparison.Ordinal);
        Assert.Contains("203.0.113.77", line.Step!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contact_sync_alone_from_a_new_address_48009()
    {
        await using var scene = await DoctorScene.StartAsync(database, app: false);

        await AssertWrongAsync(scene, Checks.Details, 48009, "创建应用", stops: false);
    }

    [Theory]
    [InlineData(40056, "agent/get", true)]
    [InlineData(50003, "agent/get", true)]
    [InlineData(48002, "agent/get", false)]
    [InlineData(48001, "tag/list", false)]
    [InlineData(60011, "department/simplelist", false)]
    [InlineData(60111, "user/get", false)]
    [InlineData(99999, "tag/list", false)]
    public async Task Code_that_a_call_answers(int code, string path, bool stops)
    {
        await using var scene = await DoctorScene.StartAsync(database);
        scene.Simulator.Faults.Always(scene.Corp, Fault.ErrCode(code), path);

        var check = path switch
        {
            "agent/get" => Checks.Range,
            "tag/list" => Checks.Tags,
            "user/get" => Checks.Details,
            _ => Checks.Lists,
        };
        await AssertWrongAsync(scene, check, code, "", stops);
    }

    [Theory]
    [InlineData(45009)]
    [InlineData(40014)]
    public async Task Code_that_may_pass_is_a_warning_and_nobody_waits_for_it(int code)
    {
        await using var scene = await DoctorScene.StartAsync(database);
        scene.Simulator.Faults.Always(scene.Corp, Fault.ErrCode(code), "agent/get");

        var line = await scene.LineAsync(Checks.Range);

        Assert.Equal((DoctorVerdict.Warning, code), (line.Verdict, line.Code));
        Assert.False(string.IsNullOrEmpty(line.Step));
    }

    [Fact]
    public void Twelve_codes_and_more_have_words_of_their_own() => Assert.InRange(CodeTexts.Known.Count(), 12, 40);

    private static async Task<DoctorLine> AssertWrongAsync(DoctorScene scene, Words check, int code, string page, bool stops)
    {
        foreach (var language in Enum.GetValues<DoctorLanguage>())
        {
            var line = await scene.LineAsync(check, language);
            Assert.Equal((DoctorVerdict.Wrong, code, stops), (line.Verdict, line.Code, line.Stops));
            Assert.Contains($"{code}", line.What, StringComparison.Ordinal);
            Assert.Contains(page, line.Step!, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"\{\d\}", line.What + line.Step);
        }

        return await scene.LineAsync(check);
    }
}
