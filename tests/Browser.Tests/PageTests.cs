using System.Collections.Concurrent;
using Microsoft.Playwright;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Browser.Tests;

/// <summary>What must hold on each page of the console, whatever it is about.</summary>
public sealed class PageTests(Stage stage)
{
    private const string Token = "canaryTokenOfThePages";
    private const string AesKey = "canaryAesKeyOfThePages0123456789abcdefghijA";

    /// <summary>Where pictures of the pages go; nowhere unless it is set.</summary>
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("WECOMSYNC_SCREENSHOTS");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_page_is_accessible_in_both_languages_light_and_dark_fits_a_phone_and_shows_neither_secret_nor_inline_script()
    {
        var (corp, pages) = await PrepareAsync();
        string[] secrets = [corp.App.Secret, corp.Contacts.Secret, Token, AesKey];
        var faults = new ConcurrentQueue<string>();
        await using (var first = await Visitor.ComeAsync(stage))
        {
            // The account's first look at this page makes a key, which ends its other sessions.
            await first.LogInAsync();
            await first.OpenAsync("/account/two-factor");
        }

        await Task.WhenAll(LookAsync("zh-CN"), LookAsync("en"));
        Assert.True(faults.IsEmpty, string.Join('\n', faults));

        async Task LookAsync(string language)
        {
            await using var visitor = await Visitor.ComeAsync(stage, language);
            await Axe.BringAsync(visitor.Page);
            foreach (var page in pages.Where(page => page.Open))
            {
                await LookAtAsync(visitor, page, language);
            }

            await visitor.LogInAsync();
            foreach (var page in pages.Where(page => !page.Open))
            {
                await LookAtAsync(visitor, page, language);
            }
        }

        async Task LookAtAsync(Visitor visitor, ConsolePage page, string language)
        {
            var view = visitor.Page;
            await view.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
            await view.SetViewportSizeAsync(1440, 900);
            var answer = (await visitor.OpenAsync(page.Address))!;
            Note(new Uri(view.Url).AbsolutePath == page.Address.Split('?')[0] || page.Pattern == "/", $"leads to {view.Url}");
            Note(answer.Status == 200 || page.Pattern.StartsWith("/problem", StringComparison.Ordinal), $"answers {answer.Status}");
            var html = await view.ContentAsync();
            NoteHeaders(answer.Headers);
            Note(await view.EvaluateAsync<int>(Inline) == 0, "has script or style inside");
            Note(!secrets.Any(secret => html.Contains(secret, StringComparison.OrdinalIgnoreCase)), "shows a secret");
            await PictureAsync(view, page, 1440, language);
            Accuse(await Axe.RunAsync(view), "light");
            await view.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            Accuse(await Axe.RunAsync(view, "color-contrast"), "dark");

            await view.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
            await view.SetViewportSizeAsync(360, 740);
            var width = await view.EvaluateAsync<int>("document.documentElement.scrollWidth");
            Note(width <= 360, $"is {width} wide on a phone of 360: {await view.EvaluateAsync<string>(Widest)}");
            if (Pictures is not null)
            {
                // The menu is laid out when a page is opened.
                await view.ReloadAsync();
            }

            await PictureAsync(view, page, 360, language);

            void NoteHeaders(Dictionary<string, string> headers)
            {
                foreach (var (name, value) in Headers)
                {
                    Note(headers.GetValueOrDefault(name) == value, $"answers {name}: {headers.GetValueOrDefault(name)}");
                }

                Note(headers.GetValueOrDefault("content-security-policy") is { } policy && policy.StartsWith("default-src 'none'", StringComparison.Ordinal)
                    && policy.Contains("frame-ancestors 'none'", StringComparison.Ordinal) && !policy.Contains("unsafe", StringComparison.Ordinal), "has a weak content security policy");
                Note(headers.GetValueOrDefault("cache-control")?.Contains("no-store", StringComparison.Ordinal) == true, "may be kept by a cache");
                Note(headers.ContainsKey("permissions-policy") && !headers.ContainsKey("server") && !headers.ContainsKey("x-powered-by"), "tells too much or too little in its headers");
            }

            void Accuse(IEnumerable<string> violations, string scheme)
            {
                foreach (var violation in violations)
                {
                    Note(false, $"{scheme} {violation}");
                }
            }

            void Note(bool holds, string fault)
            {
                if (!holds)
                {
                    faults.Enqueue($"{page.Address} ({language}) {fault}");
                }
            }
        }
    }

    [Fact]
    public async Task Pages_work_without_script()
    {
        var (_, pages) = await PrepareAsync();
        var enterprise = pages.Single(page => page.Pattern == "/e/{enterprise}").Address;
        await using var visitor = await Visitor.ComeAsync(stage, script: false);
        await visitor.LogInAsync();
        await visitor.OpenAsync($"{enterprise}/check");
        await visitor.Page.ClickAsync("text=开始检查");
        await visitor.Expect("#conclusion").ToContainTextAsync("检查完成");
        await Assertions.Expect(visitor.Page.Locator("#lines > li")).Not.ToHaveCountAsync(0);

        await visitor.OpenAsync($"{enterprise}/departments");
        await visitor.Page.Locator(".tree summary").First.ClickAsync(new() { Position = new() { X = 4, Y = 12 } });
        await visitor.Page.Locator(".tree details[open] a", new() { HasTextString = "打开下级部门" }).First.ClickAsync();
        await Assertions.Expect(visitor.Page.Locator(".tree a")).Not.ToHaveCountAsync(0);

        await visitor.OpenAsync($"{enterprise}/wecom");
        await visitor.Page.FillAsync("#contacts-token", "not a token!");
        await visitor.Page.FillAsync("#app-agentId", "1000002");
        await visitor.Page.ClickAsync("form[data-keep] button[type=submit]");
        await visitor.Expect("#contacts-token-problem").Not.ToBeEmptyAsync();
        Assert.Equal("1000002", await visitor.Page.InputValueAsync("#app-agentId"));
    }

    /// <summary>As the OWASP Secure Headers Project recommends.</summary>
    private static readonly (string Name, string Value)[] Headers =
    [
        ("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "same-origin"), ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"), ("x-permitted-cross-domain-policies", "none"),
    ];

    /// <summary>Elements that carry script or style in themselves.</summary>
    private const string Inline = """
        [...document.querySelectorAll('*')].filter(e => e.matches('script:not([src]), style') || e.getAttributeNames().some(n => n.startsWith('on') || n === 'style')).length
        """;

    /// <summary>The first element that reaches beyond the window.</summary>
    private const string Widest = """
        (() => { for (const e of document.querySelectorAll('body *')) if (e.getBoundingClientRect().right > 361 && !e.closest('.wide, .side, .hidden, .skip')) return e.outerHTML.slice(0, 200); return '?'; })()
        """;

    private static async Task PictureAsync(IPage view, ConsolePage page, int width, string language)
    {
        if (Pictures is null || language != "zh-CN")
        {
            return;
        }

        Directory.CreateDirectory(Pictures);
        var height = await view.EvaluateAsync<int>("document.documentElement.scrollHeight");
        await view.ScreenshotAsync(new()
        {
            Path = Path.Combine(Pictures, $"{page.Name}-{width}.png"),
            FullPage = true,
            Mask = [view.Locator(".qr, #key")], // an authenticator's key
            MaskColor = "#8894a3",
            Clip = new() { X = 0, Y = 0, Width = width, Height = Math.Min(height, width == 360 ? 1600 : 1400) },
        });
    }

    /// <summary>A company in which everything happened that a page can tell of, and its pages.</summary>
    private async Task<(Corp Corp, IReadOnlyList<ConsolePage> Pages)> PrepareAsync()
    {
        var corp = stage.Simulator.AddCorp(new CorpOptions { Name = "示例科技有限公司", People = 24, Departments = 8, Tags = 2, Seed = Random.Shared.Next(1000, 1_000_000) });
        var world = corp.World;
        world.Hire(new Person { UserId = "hostile", Name = "<img src=x onerror=alert(1)>\u202Egnp.exe", Position = "=1+1", Memberships = [new(Department.RootId)] });
        world.Hire(new Person { UserId = new string('l', 64), Name = new string('长', 64), Position = new string('W', 120), Memberships = [new(Department.RootId)] });
        var tenant = await TestTenants.AddAsync(stage.Database, corp, Cancel);
        await stage.NeverByScheduleAsync(tenant.Key);
        await TestTenants.SetCallbackAsync(stage.Database, tenant, Channel.Contacts, Token, AesKey, Cancel);
        using var worker = SyncHarness.BuildWorker(stage.Database, stage.Simulator.BaseUrl);
        await RunAsync();
        world.Rename(world.People[4].UserId, "改了名");
        world.Move(world.People[5].UserId, world.Departments[3].Id);
        foreach (var person in world.People.Take(12).ToList())
        {
            world.Leave(person.UserId);
        }

        await RunAsync();
        world.Hire("planned", "将来", Department.RootId);
        await RunAsync(dryRun: true);
        await corp.SetCallbackAsync(new CallbackTarget($"{stage.CallbackAddress}/callbacks/{tenant.CallbackKey}/contacts", Token, AesKey), Cancel);
        world.Hire("xinren", "新人", Department.RootId);
        await corp.Callbacks.WhenIdleAsync(Cancel);
        await stage.ExecuteAsync(
            "UPDATE control.callback_events SET state = 'parked', error = 'WeCom could not be reached, ten times.' WHERE tenant_id = $1", tenant.Id);
        await stage.ExecuteAsync("""
            INSERT INTO control.audit (tenant_id, at, account_id, who, address, action, detail)
            VALUES ($1, now(), 0, 'admin@example.com', '192.0.2.7', 'settings_changed', 'contacts.secret, contacts.token, contacts.encodingAesKey')
            """, tenant.Id);
        if (Pictures is not null)
        {
            await stage.ExecuteAsync("DELETE FROM control.schedules WHERE tenant_id = $1", tenant.Id);
        }

        var run = await stage.ReadAsync<long>("SELECT max(id) FROM control.sync_runs WHERE tenant_id = $1 AND NOT dry_run", tenant.Id);
        var plan = await stage.ReadAsync<long>("SELECT max(id) FROM control.sync_runs WHERE tenant_id = $1 AND dry_run", tenant.Id);
        var pages = ConsolePages.All(stage, new Dictionary<string, string>
        {
            ["enterprise"] = tenant.Key,
            ["departments/{id:long}"] = "1",
            ["employees/{id}"] = world.People[10].UserId,
            ["runs/{id:long}"] = $"{run}",
            ["problem/{code:int}"] = "404",
        });
        // The same pages with more on them.
        ConsolePage[] more =
        [
            new("/e/{enterprise}/check-done", $"/e/{tenant.Key}/check?run=true", Open: false), new("/e/{enterprise}/preview", $"/e/{tenant.Key}/runs/{plan}", Open: false),
            new("/e/{enterprise}/employee-edit-one", $"/e/{tenant.Key}/employee-edit?id={world.People[10].UserId}", Open: false),
            new("/e/{enterprise}/department-edit-one", $"/e/{tenant.Key}/department-edit?id={world.Departments[3].Id}", Open: false),
            new("/operator/enterprise-one", $"/operator/enterprise?key={tenant.Key}", Open: false),
            new("/e/{enterprise}/employees-hostile", $"/e/{tenant.Key}/employees/hostile", Open: false),
        ];
        return (corp, [.. pages, .. more]);

        async Task RunAsync(bool dryRun = false)
        {
            var request = new Worker.Sync.SyncRequest { Trigger = Domain.Runs.SyncTrigger.Console, DryRun = dryRun };
            var runner = (Worker.Sync.SyncRunner)worker.Services.GetService(typeof(Worker.Sync.SyncRunner))!;
            var report = await runner.RunAsync(tenant.Id, Domain.Runs.SyncKind.Full, request, Cancel);
            Assert.True(report.State == Domain.Runs.RunState.Done, $"{report.State}: {report.Error} {report.Action}");
        }
    }
}
