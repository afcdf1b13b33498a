using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

public sealed partial class TwoFactorTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    private const string Page = "/account/two-factor";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Login_needs_the_authenticators_code_or_a_recovery_code_that_works_once()
    {
        var email = await served.Database.AddAdministratorAsync(await served.Database.AddTenantAsync("0 0 0 29 2 ?"));
        using var first = served.Worker.Visit();
        using var login = await first.LogInAsync(email: email);
        var (key, offered) = await OpenAsync(first);
        using var wrong = await first.SubmitAsync(Page, Page + "?handler=On", ("offered", offered), ("code", "000000"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        using var foreign = await first.SubmitAsync(Page, Page + "?handler=On", ("offered", key), ("code", CodeOf(key)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, foreign.StatusCode);
        using var on = await first.SubmitAsync(Page, Page + "?handler=On", ("offered", offered), ("code", CodeOf(key)));
        var codes = WebUtility.HtmlDecode(Codes().Match(await on.Content.ReadAsStringAsync(Cancel)).Groups[1].Value).Split('\n', StringSplitOptions.TrimEntries);
        Assert.Equal(10, codes.Length);

        using var second = served.Worker.Visit();
        using var password = await second.LogInAsync(email: email);
        Assert.StartsWith("/login/code", password.Headers.Location?.OriginalString, StringComparison.Ordinal);
        using var notYet = await second.OpenAsync("/account");
        Assert.StartsWith("/login?", notYet.Headers.Location?.OriginalString, StringComparison.Ordinal);
        using var guessed = await second.SubmitAsync("/login/code", "/login/code", ("code", "000000"));
        Assert.Equal(HttpStatusCode.Unauthorized, guessed.StatusCode);
        using var code = await second.SubmitAsync("/login/code", "/login/code", ("code", CodeOf(key)));
        Assert.Equal("/", code.Headers.Location?.OriginalString);
        using var account = await second.OpenAsync("/account");
        Assert.Equal(HttpStatusCode.OK, account.StatusCode);

        Assert.Equal(HttpStatusCode.Found, await RecoverAsync(email, codes[0]));
        Assert.Equal(HttpStatusCode.Unauthorized, await RecoverAsync(email, codes[0]));
        Assert.Equal(HttpStatusCode.Found, await RecoverAsync(email, codes[1]));
    }

    [Fact]
    public async Task Looking_at_the_page_and_typing_a_wrong_code_change_nothing_and_end_no_session_and_switching_on_ends_the_others()
    {
        var email = await served.Database.AddAdministratorAsync(await served.Database.AddTenantAsync("0 0 0 29 2 ?"));
        using var desk = served.Worker.Visit();
        using var atDesk = await desk.LogInAsync(email: email);
        using var phone = served.Worker.Visit();
        using var onPhone = await phone.LogInAsync(email: email);
        var before = await AccountAsync(email);

        var (key, offered) = await OpenAsync(desk);
        await OpenAsync(desk);
        using var wrong = await desk.SubmitAsync(Page, Page + "?handler=On", ("offered", offered), ("code", "000000"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        Assert.Equal(before, await AccountAsync(email));
        using (var still = await phone.OpenAsync("/account"))
        {
            Assert.Equal(HttpStatusCode.OK, still.StatusCode);
        }

        // The first page's key is as good as that of a page which was opened later.
        using var on = await desk.SubmitAsync(Page, Page + "?handler=On", ("offered", offered), ("code", CodeOf(key)));
        Assert.Equal(HttpStatusCode.OK, on.StatusCode);
        using var own = await desk.OpenAsync("/account");
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        using var ended = await phone.OpenAsync("/account");
        Assert.Equal(HttpStatusCode.Found, ended.StatusCode);
    }

    private Task<string> AccountAsync(string email) =>
        served.Database.ReadAsync<string>("SELECT to_jsonb(a)::text FROM control.accounts a WHERE email = $1", email);

    /// <summary>The key that the page shows, and how its form carries it.</summary>
    private static async Task<(string Key, string Offered)> OpenAsync(HttpClient browser)
    {
        var page = await browser.GetStringAsync(new Uri(Page, UriKind.Relative), Cancel);
        return (Key().Match(page).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal), WebUtility.HtmlDecode(Offered().Match(page).Groups[1].Value));
    }

    private async Task<HttpStatusCode> RecoverAsync(string email, string recovery)
    {
        using var browser = served.Worker.Visit();
        using var password = await browser.LogInAsync(email: email);
        using var answer = await browser.SubmitAsync("/login/code", "/login/code", ("code", recovery));
        return answer.StatusCode;
    }

    /// <summary>What an authenticator shows now (RFC 6238).</summary>
    private static string CodeOf(string key)
    {
        const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(key.Select(letter => Convert.ToString(Letters.IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        var secret = Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2)).ToArray();
        var step = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(step, DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // the standard's own
        var hash = HMACSHA1.HashData(secret, step);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("<code id=\"key\">([A-Z2-7 ]+)<")]
    private static partial Regex Key();

    [GeneratedRegex("name=\"offered\" value=\"([^\"]+)\"")]
    private static partial Regex Offered();

    [GeneratedRegex("<pre>([^<]+)</pre>")]
    private static partial Regex Codes();
}
