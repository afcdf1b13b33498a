using System.Net;
using System.Text.RegularExpressions;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>What a browser does with the console's forms.</summary>
internal static partial class Visitor
{
    /// <summary>Posts a form with the antiforgery token of the page that shows it.</summary>
    public static async Task<HttpResponseMessage> SubmitAsync(this HttpClient browser, string page, string action, params (string Name, string Value)[] fields)
    {
        var token = Token().Match(await browser.GetStringAsync(new Uri(page, UriKind.Relative), Cancel)).Groups[1].Value;
        var form = fields.Append(("__RequestVerificationToken", WebUtility.HtmlDecode(token))).Select(field => KeyValuePair.Create(field.Item1, field.Item2));
        using var content = new FormUrlEncodedContent(form);
        return await browser.PostAsync(new Uri(action, UriKind.Relative), content, Cancel);
    }

    /// <summary>The antiforgery token of a page, which any form of the same session takes.</summary>
    public static async Task<string> TokenAsync(this HttpClient browser, string page) =>
        WebUtility.HtmlDecode(Token().Match(await browser.GetStringAsync(new Uri(page, UriKind.Relative), Cancel)).Groups[1].Value);

    /// <summary>Any method; with a token it is a form.</summary>
    public static async Task<HttpResponseMessage> AskAsync(this HttpClient browser, string method, string page, string? token, bool byScript = false)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(page, UriKind.Relative));
        if (byScript)
        {
            request.Headers.Add("X-Requested-With", "fetch");
        }

        if (token is not null && method != "GET")
        {
            request.Content = new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", token)]);
        }

        // An event stream has no end.
        return await browser.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
    }

    public static Task<HttpResponseMessage> LogInAsync(this HttpClient browser, string password = TestWorker.Password, string email = TestWorker.Email, string page = "/login") =>
        browser.SubmitAsync(page, page, ("email", email), ("password", password));

    public static Task<HttpResponseMessage> OpenAsync(this HttpClient browser, string page) => browser.GetAsync(new Uri(page, UriKind.Relative), Cancel);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
