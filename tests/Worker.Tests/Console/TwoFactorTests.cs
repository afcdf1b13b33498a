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
        var key = Key().Match(await first.GetStringAsync(new Uri(Page, UriKind.Relative), Cancel)).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);
        using var wrong = await first.SubmitAsync(Page, Page + "?handler=On", ("code", "000000"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        using var on = await first.SubmitAsync(Page, Page + "?handler=On", ("code", CodeOf(key)));
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

    [GeneratedRegex("<pre>([^<]+)</pre>")]
    private static partial Regex Codes();
}
