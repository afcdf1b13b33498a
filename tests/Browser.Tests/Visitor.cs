using Microsoft.Playwright;
using Xunit;

namespace WeComSync.Browser.Tests;

/// <summary>Somebody with a browser window of his own. What a page complains about in the browser's log fails the test.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly string address;
    private readonly List<string> complaints = [];

    private Visitor(IBrowserContext context, IPage page, string address)
    {
        this.context = context;
        this.address = address;
        Page = page;
        page.Console += (_, message) => Note(message.Type, message.Text);
        page.PageError += (_, error) => complaints.Add(error);
        page.Dialog += async (_, dialog) => await dialog.AcceptAsync();
    }

    public IPage Page { get; }

    /// <summary>What the pages' scripts and the content security policy complained about.</summary>
    public IReadOnlyList<string> Complaints => complaints;

    public static async Task<Visitor> ComeAsync(Stage stage, string language = "zh-CN", int width = 1440, bool script = true)
    {
        var context = await stage.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            Locale = language,
            ViewportSize = new ViewportSize { Width = width, Height = width < 600 ? 740 : 900 },
            ColorScheme = ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            JavaScriptEnabled = script,
        });
        context.SetDefaultTimeout(20_000);
        return new Visitor(context, await context.NewPageAsync(), stage.Address);
    }

    public Task<IResponse?> OpenAsync(string page) => Page.GotoAsync(address + page, new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded });

    public async Task LogInAsync(string email = Stage.Operator, string password = Stage.Password)
    {
        await OpenAsync("/login");
        await Page.FillAsync("#email", email);
        await Page.FillAsync("#password", password);
        await Page.ClickAsync("main button[type=submit]");
        await Page.WaitForURLAsync(url => !url.Contains("/login", StringComparison.Ordinal));
    }

    /// <summary>Waits until the page shows it.</summary>
    public ILocatorAssertions Expect(string selector) => Assertions.Expect(Page.Locator(selector).First);

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(complaints);
        await context.DisposeAsync();
    }

    /// <summary>The browser reports answers that are refusals on purpose too; those are for the tests to judge.</summary>
    private void Note(string type, string text)
    {
        if (type == "error" && !text.StartsWith("Failed to load resource", StringComparison.Ordinal))
        {
            complaints.Add(text);
        }
    }
}
