using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace WeComSync.Browser.Tests;

/// <summary>What must hold on each page of the console, whatever it is about.</summary>
public sealed class PageTests(Stage stage)
{
    /// <summary>Where pictures of the pages go, those in English and in the dark into folders of their own; nowhere unless it is set.</summary>
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("WECOMSYNC_SCREENSHOTS");

    [Fact]
    public async Task Every_page_is_accessible_in_both_languages_light_and_dark_fits_a_phone_and_shows_neither_secret_nor_inline_script()
    {
        var scene = await stage.SceneAsync();
        var pages = scene.Pages;
        var faults = new ConcurrentQueue<string>();
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
            Note(!scene.Secrets.Any(secret => html.Contains(secret, StringComparison.OrdinalIgnoreCase)), "shows a secret");
            await PictureAsync(view, page, 1440, language, dark: false);
            Accuse(await Axe.RunAsync(view), "light");
            await view.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            await PictureAsync(view, page, 1440, language, dark: true);
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

            await PictureAsync(view, page, 360, language, dark: false);
            await view.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            await PictureAsync(view, page, 360, language, dark: true);
            Accuse(await Axe.RunAsync(view, "color-contrast"), "dark phone");

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
        var enterprise = (await stage.SceneAsync()).Pages.Single(page => page.Pattern == "/e/{enterprise}").Address;
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

    private static async Task PictureAsync(IPage view, ConsolePage page, int width, string language, bool dark)
    {
        if (Pictures is null || (dark && language != "zh-CN"))
        {
            return;
        }

        var folder = Directory.CreateDirectory(Path.Combine(Pictures, dark ? "dark" : language == "zh-CN" ? "" : language)).FullName;
        var height = await view.EvaluateAsync<int>("document.documentElement.scrollHeight");
        await view.ScreenshotAsync(new()
        {
            Path = Path.Combine(folder, $"{page.Name}-{width}.png"),
            FullPage = true,
            Mask = [view.Locator(".qr, #key")], // an authenticator's key
            MaskColor = "#8894a3",
            Clip = new() { X = 0, Y = 0, Width = width, Height = Math.Min(height, width == 360 ? 1600 : 1400) },
        });
    }
}
