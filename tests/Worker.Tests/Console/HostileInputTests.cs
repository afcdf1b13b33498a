using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>
/// Whatever a person's fingers, clipboard or script put into a part of an address, a query, a field or a header: the answer tells what is
/// wrong, and is never the server's own failure. The table of endpoints says what there is, so a new page is in it.
/// </summary>
public sealed partial class HostileInputTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    private const string Mebibyte = "a mebibyte";

    /// <summary>Text that some layer below might not take: the database, the headers, a parser, a renderer.</summary>
    private static readonly string[] Texts =
    [
        "", " ", "\0", "a\0b", "\uD800", "a\uDC00b", "\u202Egnp.exe\u2066", "\u200B\uFEFF\u00AD", "\u3000\u00A0", "𬭎👩‍👩‍👧‍👦\uE000\uFFFF", "<script>alert(1)</script>\"'`&amp;",
        "../..\\%00%2e", "9223372036854775808", "-1", "1e400000", "NaN", "\r\nSet-Cookie: a=b", "\u0010\u001B[31m", "{\"$type\":\"x\"}", "'; DROP TABLE x; --", "2026-02-30T25:61",
        Mebibyte,
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IEnumerable<RouteEndpoint> Endpoints => served.Worker.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => !Address(endpoint).StartsWith("/hangfire", StringComparison.Ordinal))
        .DistinctBy(Address);

    [Fact]
    public async Task No_text_in_an_address_or_its_query_fails_the_server()
    {
        var tenant = await served.Database.KeyAsync(await served.Database.AddTenantAsync("0 0 0 29 2 ?"));
        using var browser = served.Worker.Visit();
        var failures = new List<string>();
        foreach (var endpoint in Endpoints)
        {
            var plain = Fill(Address(endpoint), tenant, hostile: null, "");
            foreach (var text in Texts)
            {
                var addresses = endpoint.RoutePattern.Parameters.Select(parameter => Fill(Address(endpoint), tenant, parameter.Name, Short(text)))
                    .Concat((await NamesAsync(endpoint)).Select(name => $"{plain}?{name}={Encode(Short(text))}"))
                    .Append($"{plain}?handler={Encode(Short(text))}");
                foreach (var address in addresses)
                {
                    await AskAsync(browser, () => Get(address), $"GET {Escaped(address)}", failures);
                }
            }
        }

        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    [Fact]
    public async Task No_text_in_a_form_fails_the_server()
    {
        using var browser = served.Worker.Visit();
        var failures = new List<string>();
        var forms = 0;
        // Wrong passwords shut this address out of the login at last, so those who are asked for one come after the one that logs out.
        string[] last = ["/logout", "/account", "/login"];
        foreach (var endpoint in Endpoints.OrderBy(endpoint => Array.FindIndex(last, start => Address(endpoint).StartsWith(start, StringComparison.Ordinal))))
        {
            foreach (var handler in (await HandlersAsync(endpoint)).Where(handler => HttpMethods.IsPost(handler.HttpMethod)))
            {
                // What one form did to its enterprise must not keep the next one from being read.
                var tenant = await served.Database.KeyAsync(await served.Database.AddTenantAsync("0 0 0 29 2 ?"));
                var page = Fill(Address(endpoint), tenant, hostile: null, "");
                var names = (await NamesAsync(endpoint)).Concat(await FieldsAsync(browser, page)).Distinct().ToList();
                foreach (var text in Texts)
                {
                    var token = await TokenAsync(browser);
                    var form = string.Join('&', names.Select(name => $"{name}={Encode(text)}").Append($"__RequestVerificationToken={Encode(token)}"));
                    var address = $"{page}?handler={handler.Name}";
                    await AskAsync(browser, () => Post(address, form), $"POST {address} with {Escaped(Short(text))} in {string.Join(", ", names)}", failures);
                }

                forms++;
            }
        }

        Assert.True(failures.Count == 0, string.Join("\n", failures));
        Assert.True(forms > 30, $"{forms} forms");
    }

    [Fact]
    public async Task No_text_in_a_header_fails_the_server()
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 })
        {
            BaseAddress = served.Worker.Address,
        };
        var failures = new List<string>();
        foreach (var header in new[] { "Accept-Language", "Accept", "Cookie", "Referer", "User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "If-None-Match", "Range", "Last-Event-ID", "X-Requested-With" })
        {
            // A line's end is refused by the client itself.
            foreach (var text in Texts.Select(Short).Where(text => !text.AsSpan().ContainsAny("\0\r\n")))
            {
                foreach (var value in new[] { text, $".AspNetCore.Culture={text}", $"wecomsync-language={text}", $"zh;q={text}" })
                {
                    await AskAsync(
                        browser,
                        () =>
                        {
                            var request = Get("/login");
                            request.Headers.TryAddWithoutValidation(header, value);
                            return request;
                        },
                        $"{header}: {Escaped(value)}",
                        failures);
                }
            }
        }

        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    private static async Task AskAsync(HttpClient browser, Func<HttpRequestMessage> make, string what, List<string> failures)
    {
        for (var again = false; ; again = true)
        {
            using var request = make();
            using var answer = await browser.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
            if ((int)answer.StatusCode >= 500)
            {
                failures.Add($"{(int)answer.StatusCode} {what}");
            }

            // Logged out by an earlier form, or never logged in.
            if (again || answer.StatusCode is not (HttpStatusCode.Found or HttpStatusCode.Unauthorized)
                || answer.Headers.Location is { } to && !to.ToString().Contains("/login", StringComparison.Ordinal))
            {
                return;
            }

            await TokenAsync(browser);
        }
    }

    /// <summary>Logs in where that is needed.</summary>
    private static async Task<string> TokenAsync(HttpClient browser)
    {
        using (var account = await browser.OpenAsync("/account"))
        {
            if (account.StatusCode != HttpStatusCode.OK)
            {
                using var login = await browser.LogInAsync();
                Assert.True(login.StatusCode == HttpStatusCode.Found, $"The login is refused: {login.StatusCode}");
            }
        }

        return await browser.TokenAsync("/account");
    }

    /// <summary>The names of the fields that a page shows.</summary>
    private static async Task<IEnumerable<string>> FieldsAsync(HttpClient browser, string page)
    {
        await TokenAsync(browser);
        using var answer = await browser.OpenAsync(page);
        return answer.Content.Headers.ContentType?.MediaType != "text/html" ? []
            : Field().Matches(await answer.Content.ReadAsStringAsync(Cancel)).Select(match => WebUtility.HtmlDecode(match.Groups[1].Value))
                .Where(name => name is not ("__RequestVerificationToken" or "viewport" or "color-scheme"));
    }

    /// <summary>What the handlers of a page bind to, in any method.</summary>
    private async Task<IReadOnlyList<string>> NamesAsync(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not { } page ? []
        : (await LoadAsync(page)).BoundProperties.Select(property => property.Name)
            .Concat((await HandlersAsync(endpoint)).SelectMany(handler => handler.Parameters).Where(parameter => parameter.ParameterInfo.ParameterType != typeof(CancellationToken)).Select(parameter => parameter.Name))
            .Where(name => !endpoint.RoutePattern.Parameters.Any(parameter => parameter.Name == name)).Distinct().ToList();

    private async Task<IEnumerable<HandlerMethodDescriptor>> HandlersAsync(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<PageActionDescriptor>() is { } page ? (await LoadAsync(page)).HandlerMethods : [];

    private async Task<CompiledPageActionDescriptor> LoadAsync(PageActionDescriptor page) =>
        await served.Worker.Services.GetRequiredService<PageLoader>().LoadAsync(page, EndpointMetadataCollection.Empty);

    private static HttpRequestMessage Get(string address) => new(HttpMethod.Get, new Uri(address, UriKind.Relative));

    private static HttpRequestMessage Post(string address, string form) => new(HttpMethod.Post, new Uri(address, UriKind.Relative))
    {
        Content = new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded"),
        // Or an early refusal of a long one is lost behind what is still being sent.
        Headers = { ExpectContinue = true },
    };

    private static string Address(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/');

    private static string Fill(string address, string enterprise, string? hostile, string text) => string.Join('/', address.Split('/').Select(part =>
        !part.StartsWith('{') ? part
        : hostile is not null && part.TrimStart('{', '*').StartsWith(hostile, StringComparison.Ordinal) ? Encode(text)
        : part.Contains("enterprise", StringComparison.Ordinal) ? enterprise
        : "1"));

    /// <summary>An address has room for a few thousand characters only.</summary>
    private static string Short(string text) => text == Mebibyte ? new string('长', 700) : text;

    /// <summary>Every character as it is, halves of surrogates too, which no encoder of the framework lets through.</summary>
    private static string Encode(string text)
    {
        var encoded = new StringBuilder();
        var rest = (text == Mebibyte ? new string('a', 1 << 20) : text).AsSpan();
        while (!rest.IsEmpty)
        {
            if (char.IsAsciiLetterOrDigit(rest[0]))
            {
                encoded.Append(rest[0]);
                rest = rest[1..];
                continue;
            }

            var whole = Rune.DecodeFromUtf16(rest, out var rune, out var length) == OperationStatus.Done;
            foreach (var b in whole ? Encoding.UTF8.GetBytes(rune.ToString()) : [0xED, (byte)(0x80 | rest[0] >> 6 & 0x3F), (byte)(0x80 | rest[0] & 0x3F)])
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
            }

            rest = rest[length..];
        }

        return encoded.ToString();
    }

    private static string Escaped(string text) => string.Concat(text.Take(200).Select(c => c is >= ' ' and <= '~' ? $"{c}" : $"\\u{(int)c:X4}"));

    [GeneratedRegex("<(?:input|select|textarea|button)[^>]* name=\"([^\"]+)\"")]
    private static partial Regex Field();
}
