using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace WeComSync.EndToEnd.Events;

/// <summary>An operator in the worker's console, with an HTTP client for a browser.</summary>
internal sealed partial class ConsoleVisit : IDisposable
{
    private static readonly string[] Dashboard =
    [
        "/hangfire", "/hangfire/recurring", "/hangfire/servers", "/hangfire/retries",
        .. new[] { "enqueued", "scheduled", "processing", "succeeded", "failed", "deleted", "awaiting" }.Select(state => $"/hangfire/jobs/{state}"),
    ];

    private readonly HttpClient browser;

    private ConsoleVisit(HttpClient browser) => this.browser = browser;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Somebody who has not logged in.</summary>
    public static ConsoleVisit At(Uri address) =>
        new(new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = address });

    public static async Task<ConsoleVisit> LogInAsync(Uri address, string email, string password)
    {
        var visit = At(address);
        Assert.Equal(HttpStatusCode.Found, await visit.SendAsync("/login", ("email", email), ("password", password)));
        return visit;
    }

    /// <summary>Sends a page's form with what the page hides in it.</summary>
    public async Task<HttpStatusCode> SendAsync(string page, params (string Name, string Value)[] fields)
    {
        var html = await browser.GetStringAsync(new Uri(page.Split('?')[0], UriKind.Relative), Cancel);
        var hidden = new[] { ("__RequestVerificationToken", Token()), ("version", Version()) }
            .Select(field => (field.Item1, field.Item2.Match(html))).Where(field => field.Item2.Success).Select(field => (field.Item1, WebUtility.HtmlDecode(field.Item2.Groups[1].Value)));
        using var form = new FormUrlEncodedContent(fields.Concat(hidden).Select(field => KeyValuePair.Create(field.Item1, field.Item2)));
        using var answer = await browser.PostAsync(new Uri(page, UriKind.Relative), form, Cancel);
        return answer.StatusCode;
    }

    /// <summary>Everything that Hangfire's dashboard shows, each job with its arguments and failures; and the metrics.</summary>
    public async Task<string> ReadAllAsync()
    {
        var read = new Dictionary<string, string>();
        foreach (var page in Dashboard.Append("/metrics"))
        {
            read[page] = await browser.GetStringAsync(new Uri(page, UriKind.Relative), Cancel);
        }

        foreach (var job in read.Values.SelectMany(html => Job().Matches(html)).Select(match => match.Value).Distinct().ToList())
        {
            read[job] = await browser.GetStringAsync(new Uri(job, UriKind.Relative), Cancel);
        }

        Assert.True(read.Count > Dashboard.Length + 3, "There are no jobs on the dashboard.");
        return WebUtility.HtmlDecode(string.Join('\n', read.Values));
    }

    public void Dispose() => browser.Dispose();

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("name=\"version\" value=\"([^\"]+)\"")]
    private static partial Regex Version();

    [GeneratedRegex("/hangfire/jobs/details/[0-9]+")]
    private static partial Regex Job();
}
