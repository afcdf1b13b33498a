using System.Buffers;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Quartz;

namespace WeComSync.Worker.Tenants;

/// <summary>What each text of a tenant file must look like. A rule says what is wrong, without the text; null if nothing is.</summary>
internal static class TextRules
{
    private const string Lower = "abcdefghijklmnopqrstuvwxyz";
    private const string Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Digits = "0123456789";
    private const int EncodingAesKeyLength = 43;
    private const int LongestToken = 32;
    private const int LongestKey = 64;
    private const int LongestName = 200;
    private const int LongestCorpId = 64;
    private const int LongestSecret = 512;
    private const int LongestEmail = 254;

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create(Lower + Digits + "-_");
    private static readonly SearchValues<char> LettersAndDigits = SearchValues.Create(Lower + Upper + Digits);
    private static readonly SearchValues<char> CorpIdCharacters = SearchValues.Create(Lower + Upper + Digits + "-_");

    /// <summary>A key is typed on command lines, so it must not look like an option.</summary>
    public static string? Key(string text) =>
        Ascii(text) is { } foreign ? foreign
        : text.Length is 0 or > LongestKey || text.AsSpan().ContainsAnyExcept(KeyCharacters) || text[0] == '-'
            ? $"must be 1 to {LongestKey} of a-z, 0-9, '-' and '_', and must not begin with '-'"
        : null;

    public static string? Name(string text) =>
        string.IsNullOrWhiteSpace(text) || text.Length > LongestName ? $"must be 1 to {LongestName} characters"
        : text.Any(char.IsControl) ? "must be on one line, without control characters"
        : null;

    /// <summary>The login of an account. That it can be reached is for whoever writes to it to find out.</summary>
    public static string? Email(string text) =>
        text.Length > LongestEmail || !new EmailAddressAttribute().IsValid(text) || text.EnumerateRunes().Any(IsHidden)
            ? $"must be an e-mail address of at most {LongestEmail} characters"
            : null;

    /// <remarks>Corps begin with <c>ww</c>, old ones with <c>wx</c>, encrypted ids with <c>wp</c>.</remarks>
    public static string? CorpId(string text) =>
        Ascii(text) is { } foreign ? foreign
        : text.Length is < 3 or > LongestCorpId
            || text[0] is not ('w' or 'W') || text[1] is not ('w' or 'W' or 'x' or 'X' or 'p' or 'P')
            || text.AsSpan().ContainsAnyExcept(CorpIdCharacters)
            ? "must be WeCom's 企业ID: 'ww' and 16 letters or digits, found under 我的企业 (My company)"
        : null;

    public static string? Secret(string text) =>
        Ascii(text) is { } foreign ? foreign
        : text.Length == 0 ? "is empty"
        : text.Length > LongestSecret ? $"must be at most {LongestSecret} characters, has {text.Length}"
        : text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)) ? "must not contain blanks or line breaks; was more than the secret copied?"
        : null;

    public static string? Token(string text) =>
        Ascii(text) is { } foreign ? foreign
        : text.Length is 0 or > LongestToken ? $"must be 1 to {LongestToken} letters and digits, has {text.Length} characters"
        : text.AsSpan().ContainsAnyExcept(LettersAndDigits) ? $"must be 1 to {LongestToken} of a-z, A-Z and 0-9, has others"
        : null;

    public static string? EncodingAesKey(string text) =>
        Ascii(text) is { } foreign ? foreign
        : text.Length != EncodingAesKeyLength ? $"must be {EncodingAesKeyLength} characters of a-z, A-Z and 0-9, has {text.Length}"
        : text.AsSpan().ContainsAnyExcept(LettersAndDigits) ? $"must be {EncodingAesKeyLength} characters of a-z, A-Z and 0-9, has others"
        : null;

    public static string? TimeZone(string text) =>
        Ascii(text) is { } foreign ? foreign
        : TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone) && zone.HasIanaId ? null
        : "must be the IANA name of a time zone, such as Asia/Shanghai";

    public static string? Cron(string text) =>
        Ascii(text) is { } foreign ? foreign
        : !CronExpression.TryParse(text, out var cron) ? "must be a Quartz cron expression with seconds, such as '0 30 2 * * ?'"
        : cron.GetNextValidTimeAfter(DateTimeOffset.UtcNow) is null ? "is a cron expression that never comes due again"
        : null;

    public static string? PrivateKey(string text)
    {
        const string Expected = "must be an RSA private key in PEM form, without a password (BEGIN PRIVATE KEY or BEGIN RSA PRIVATE KEY)";
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(text);
            _ = rsa.ExportRSAPrivateKey();
            return null;
        }
        catch (Exception wrong) when (wrong is ArgumentException or CryptographicException)
        {
            // Notes around the key may be in any language, so only a key that is not read is looked through.
            return Ascii(text) ?? Expected;
        }
    }

    /// <summary>Nobody sees it, or it is half of a character.</summary>
    private static bool IsHidden(Rune rune) =>
        rune == Rune.ReplacementChar || Rune.IsWhiteSpace(rune) || Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format;

    private static string? Ascii(string text) => ForeignCharacter.FirstIn(text) is { } foreign
        ? $"character {foreign.Position} is {Describe(foreign)}; copy it again, or type it"
        : null;

    private static string Describe(ForeignCharacter foreign) => foreign switch
    {
        { HalfWidth: { } ascii } => $"'{foreign.Visible}' ({foreign.Code}), the full-width form of '{ascii}'",
        { Visible: { } seen } => $"'{seen}' ({foreign.Code}), which is not ASCII",
        _ => $"{foreign.Code}, which cannot be seen",
    };
}
