using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Npgsql;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Worlds;
using Xunit;

namespace WeComSync.Browser.Tests;

/// <summary>The whole guide, as a new administrator goes through it, with what goes wrong on the way.</summary>
public sealed partial class GuideTests(Stage stage)
{
    private const string Key = "acme";
    private const string Name = "示例贸易有限公司";
    private const string Email = "admin@example.com";
    private const string Token = "TokenOfTheGuide123";
    private const string AesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
    private const string AppId = "wx0123456789abcdef";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task New_administrator_gets_from_the_first_login_to_people_who_appear_by_themselves()
    {
        var corp = stage.Simulator.AddCorp(new CorpOptions { Name = Name, People = 60, Departments = 12, Tags = 2, Seed = 5 });
        var stranger = stage.Simulator.AddCorp(new CorpOptions { Name = "别的公司", People = 3, Seed = 6 });
        await using var op = await Visitor.ComeAsync(stage);
        await op.LogInAsync();
        var password = await AddEnterpriseAsync(op, corp);

        await using var admin = await Visitor.ComeAsync(stage);
        await admin.LogInAsync(Email, password);
        await admin.Expect("h1").ToHaveTextAsync(Name);
        await admin.Page.ClickAsync("text=查看设置指南");
        await admin.Expect("ol.steps > li:nth-child(2) .state").ToHaveTextAsync("未填写");

        var url = await FillInAsync(admin, corp);
        await FailVerificationsAsync(admin, op, corp, stranger, url);
        await CheckAsync(admin, corp, url);
        await PreviewAsync(admin);
        await SyncAsync(admin, corp);
        await BrowseAsync(admin, corp);
        await HireAsync(admin, corp);
        await BindAsync(op, admin);
    }

    private async Task<string> AddEnterpriseAsync(Visitor op, Corp corp)
    {
        await op.Page.ClickAsync("a[href='/operator/enterprises/new']");
        await op.Page.FillAsync("#name", Name);
        await op.Page.FillAsync("#key", Key);
        await op.Page.FillAsync("#corpId", corp.Id);
        await op.Page.FillAsync("#email", Email);
        await op.Page.ClickAsync("main button[type=submit]");
        var told = await op.Page.Locator(".notice.good").TextContentAsync() ?? "";
        await stage.NeverByScheduleAsync(Key);
        return FirstPassword().Match(told).Groups[1].Value;
    }

    /// <returns>The callback URL of contact sync, as the page shows it.</returns>
    private static async Task<string> FillInAsync(Visitor admin, Corp corp)
    {
        var page = admin.Page;
        await page.ClickAsync("ol.steps > li:nth-child(2) >> text=去填写");
        // What is typed into the wrong field is told while it is typed, and again when it is sent; nothing is lost.
        await page.FillAsync("#contacts-token", AesKey);
        await admin.Expect("#contacts-token-problem").ToContainTextAsync("EncodingAESKey");
        await page.FillAsync("#app-agentId", "1000002");
        await page.ClickAsync("form[data-keep] button[type=submit]");
        await admin.Expect("[data-summary]").ToContainTextAsync("需要改正");
        await Assertions.Expect(page.Locator("#app-agentId")).ToHaveValueAsync("1000002");

        await page.FillAsync("#app-secret", corp.App.Secret);
        await page.FillAsync("#contacts-secret", corp.Contacts.Secret);
        await page.FillAsync("#contacts-token", Token);
        await page.FillAsync("#contacts-encodingAesKey", AesKey);
        await SaveAsync(admin);
        Assert.Equal("", await page.InputValueAsync("#contacts-secret"));
        var url = await page.InputValueAsync("#url-contacts");
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.ClickAsync("[data-copy='url-contacts']");
        await admin.Expect("[data-copy='url-contacts']").ToHaveTextAsync("已复制");
        Assert.Equal(url, await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        return url;
    }

    /// <summary>Each mistake is shown by the page that is open, by itself.</summary>
    private static async Task FailVerificationsAsync(Visitor admin, Visitor op, Corp corp, Corp stranger, string url)
    {
        var good = new CallbackTarget(url, Token, AesKey);
        await admin.OpenAsync($"/e/{Key}/check");
        var line = "section[data-live] li.check >> nth=0";
        await admin.Expect(line).ToContainTextAsync("还没有访问过");

        await RefuseAsync(corp, good with { Token = "AnotherToken" });
        await admin.Expect(line).ToContainTextAsync("Token 与此处不一致");
        await RefuseAsync(corp, good with { EncodingAesKey = new string('a', 42) + "A" });
        await admin.Expect(line).ToContainTextAsync("EncodingAESKey 不一致");
        await RefuseAsync(stranger, good);
        await admin.Expect(line).ToContainTextAsync("企业ID不符");

        await SwitchEnterpriseAsync(admin, on: false);
        await admin.OpenAsync($"/e/{Key}/check");
        await RefuseAsync(corp, good);
        await admin.Expect(line).ToContainTextAsync("企业在这里未开启");
        await SwitchEnterpriseAsync(admin, on: true);

        await SwitchPluginAsync(op, "关闭");
        await admin.OpenAsync($"/e/{Key}/check");
        await admin.Expect("main .notice.bad").ToContainTextAsync("企业微信管理");
        await RefuseAsync(corp, good);
        await admin.Expect(line).ToContainTextAsync("平台的“企业微信管理”已关闭");
        await admin.Expect(line).ToHaveClassAsync(new Regex("bad"));
        await SwitchPluginAsync(op, "开启");
    }

    private static async Task CheckAsync(Visitor admin, Corp corp, string url)
    {
        await admin.OpenAsync($"/e/{Key}/check");
        await corp.SetCallbackAsync(new CallbackTarget(url, Token, AesKey), Cancel);
        await admin.Expect("section[data-live] li.check").ToHaveClassAsync(new Regex("good"));

        corp.App.TrustIps([]);
        await RunCheckAsync(admin);
        await admin.Expect("#lines li.bad .step").ToContainTextAsync("企业可信IP");
        corp.App.TrustIps(null);
        await RunCheckAsync(admin);
        await Assertions.Expect(admin.Page.Locator("#lines li.bad")).ToHaveCountAsync(0);
        await Assertions.Expect(admin.Page.Locator("#lines li.good")).Not.ToHaveCountAsync(0);

        await admin.OpenAsync($"/e/{Key}/guide");
        await Assertions.Expect(admin.Page.Locator("ol.steps > li.done")).ToHaveCountAsync(6);
    }

    private async Task PreviewAsync(Visitor admin)
    {
        await admin.Page.ClickAsync("ol.steps > li:nth-child(7) a");
        await admin.Page.ClickAsync("text=先预览变更");
        await admin.Page.ClickAsync("text=查看差异");
        await admin.Expect("main .notice").ToContainTextAsync("没有写入任何数据");
        await Assertions.Expect(admin.Page.Locator("tbody tr:has-text('新增')")).Not.ToHaveCountAsync(0);
        Assert.Equal(0, await stage.ReadAsync<long>("SELECT count(*) FROM mirror.users u JOIN control.tenants t ON t.id = u.tenant_id WHERE t.key = $1", Key));
    }

    private async Task SyncAsync(Visitor admin, Corp corp)
    {
        // Slow enough to be watched.
        stage.Simulator.Faults.Always(corp, Fault.Delay(TimeSpan.FromSeconds(1.2)), "user/list*");
        await admin.OpenAsync($"/e/{Key}/sync");
        await admin.Page.ClickAsync("text=开始同步");
        await admin.Expect("progress").ToBeVisibleAsync();
        await admin.Expect("section[data-live] .state").ToHaveTextAsync("进行中");
        await admin.Expect("section[data-live] .state").ToHaveTextAsync("完成", new() { Timeout = 30_000 });
        await admin.Expect("section[data-live] .figures strong").Not.ToHaveTextAsync("0");
        stage.Simulator.Faults.Clear(corp);

        await admin.OpenAsync($"/e/{Key}/guide");
        await Assertions.Expect(admin.Page.Locator("ol.steps > li.done")).ToHaveCountAsync(7);
        await admin.OpenAsync($"/e/{Key}/check");
        await RunCheckAsync(admin);
        await admin.Expect("#conclusion").ToHaveTextAsync("检查完成：全部正常。");
        await Assertions.Expect(admin.Page.Locator("li.check:not(.good)")).ToHaveCountAsync(0);
    }

    private static async Task BrowseAsync(Visitor admin, Corp corp)
    {
        var person = corp.World.People[7];
        await admin.Page.ClickAsync("nav >> text=员工管理");
        await admin.Page.FillAsync("#q", person.UserId);
        await admin.Page.PressAsync("#q", "Enter");
        await admin.Page.ClickAsync($"tbody >> text={person.Name}");
        await admin.Expect("h1").ToHaveTextAsync(person.Name);
        await admin.Page.ClickAsync("nav >> text=部门管理");
        await admin.Page.Locator(".tree summary").First.ClickAsync(new() { Position = new() { X = 4, Y = 12 } });
        // Not the link that stands there without script, which is first in every branch that is still closed.
        await admin.Expect(".tree details[open] > div > .branch > .into, .tree details[open] > div > .leaf > a").ToBeVisibleAsync();
    }

    private static async Task HireAsync(Visitor admin, Corp corp)
    {
        corp.World.Hire(new Person { UserId = "wangxinren", Name = "王新人", Memberships = [new(Department.RootId)] });
        var page = $"/e/{Key}/employees?q=wangxinren";
        await TestKit.Eventually.TrueAsync("the newcomer is on the page", async () =>
        {
            await admin.OpenAsync(page);
            return await admin.Page.Locator("tbody >> text=王新人").CountAsync() == 1;
        });
        await admin.OpenAsync($"/e/{Key}/events");
        await admin.Expect("tbody tr:has-text('wangxinren') .state").ToHaveTextAsync("已应用");
    }

    private async Task BindAsync(Visitor op, Visitor admin)
    {
        await admin.OpenAsync($"/e/{Key}/settings");
        await admin.Page.FillAsync("#weChatAppId", AppId);
        await SaveAsync(admin);

        const string Platform = "/operator/platform";
        await op.OpenAsync(Platform);
        await op.Page.FillAsync("#name", "示例商城");
        await op.Page.FillAsync("#appId", AppId);
        await op.Page.CheckAsync("[name=onOpenPlatform]");
        await op.Page.ClickAsync("form:has(#appId) button");
        await op.Expect(".notice.good").ToContainTextAsync("已保存");
        await op.Page.FillAsync("#choose", Key);
        await op.Page.PressAsync("#choose", "Enter");
        await op.Expect("form:has(#confirmation)").ToBeVisibleAsync();
        await op.Page.FillAsync("#confirmation", "示例");
        await op.Page.ClickAsync("text=永久绑定");
        await op.Expect("#confirmation-problem").ToContainTextAsync("不一致");
        await op.Page.FillAsync("#confirmation", Name);
        await op.Page.ClickAsync("text=永久绑定");
        await op.Expect("main").ToContainTextAsync("绑定不可更改，也不可解除。");

        // The page offers nothing, its route takes nothing, and the database refuses whoever asks.
        await using (var db = stage.Database.OpenContext())
        {
            var now = DateTimeOffset.UtcNow;
            db.Tenants.Add(new Tenant { Key = "rival", Name = "rival", CorpId = "ww00000000rival000", WeChatAppId = AppId, CreatedAt = now, ChangedAt = now });
            await db.SaveChangesAsync(Cancel);
        }

        Assert.Equal(0, await op.Page.Locator("#choose, #confirmation").CountAsync());
        var token = await op.Page.Locator("input[name=__RequestVerificationToken]").First.InputValueAsync();
        foreach (var (key, name) in new[] { ("rival", "rival"), (Key, Name) })
        {
            var form = op.Page.Context.APIRequest.CreateFormData();
            form.Set("__RequestVerificationToken", token).Set("enterpriseKey", key).Set("confirmation", name);
            var answer = await op.Page.Context.APIRequest.PostAsync($"{stage.Address}{Platform}?handler=Bind", new() { Form = form });
            Assert.Equal(422, answer.Status);
        }

        foreach (var sql in new[]
        {
            "UPDATE control.platform_bindings SET tenant_id = (SELECT id FROM control.tenants WHERE key = 'rival')",
            "DELETE FROM control.platform_bindings", "TRUNCATE control.platform_bindings", "DELETE FROM control.platforms",
        })
        {
            await Assert.ThrowsAsync<PostgresException>(() => stage.ExecuteAsync(sql));
        }

        await op.OpenAsync(Platform);
        await op.Expect("main").ToContainTextAsync(Name);
    }

    /// <summary>WeCom does not take the URL.</summary>
    private static async Task RefuseAsync(Corp corp, CallbackTarget target) =>
        await Assert.ThrowsAsync<WorldRuleException>(() => corp.SetCallbackAsync(target, Cancel));

    private static async Task RunCheckAsync(Visitor admin)
    {
        await admin.Page.ClickAsync("text=开始检查");
        await admin.Expect("#conclusion").ToContainTextAsync("检查完成", new() { Timeout = 30_000 });
    }

    private static async Task SaveAsync(Visitor admin)
    {
        await admin.Page.ClickAsync("form[data-keep] button[type=submit]");
        await admin.Expect(".notice.good").ToContainTextAsync("已保存");
    }

    private static async Task SwitchEnterpriseAsync(Visitor admin, bool on)
    {
        await admin.OpenAsync($"/e/{Key}/wecom");
        await admin.Page.SetCheckedAsync("[name=enabled]", on);
        await SaveAsync(admin);
    }

    private static async Task SwitchPluginAsync(Visitor op, string button)
    {
        await op.OpenAsync("/operator/platform");
        await op.Page.Locator("form[action*=Switch] button", new() { HasTextString = button }).ClickAsync();
        await op.Expect("form[action*=Switch] button").Not.ToHaveTextAsync(button);
    }

    [GeneratedRegex("初始密码：([^（]+)（")]
    private static partial Regex FirstPassword();
}
