using System.Text.RegularExpressions;

namespace WeComSync.Worker.WeCom;

/// <summary>
/// Takes errmsg apart: <c>short text, hint: [id], from ip: 1.2.3.4, more info at https://…</c>, any part of which may be missing.
/// </summary>
internal static partial class WeComErrorText
{
    private const int Longest = 200;

    /// <summary>The short text, without anything that looks like a credential or is the one given.</summary>
    /// <param name="errmsg">As WeCom sent it.</param>
    /// <param name="secret">The token or secret that the call carried.</param>
    public static string Short(string? errmsg, string? secret)
    {
        var text = Tail().Replace(errmsg ?? "", "");
        if (!string.IsNullOrEmpty(secret))
        {
            text = text.Replace(secret, "***", StringComparison.Ordinal);
        }

        text = Unprintable().Replace(Credential().Replace(text, "$1***"), " ").Trim().TrimEnd('.', ',');
        return text.Length switch
        {
            0 => "no text",
            > Longest => text[..Longest],
            _ => text,
        };
    }

    public static string? FromIp(string? errmsg) =>
        errmsg is not null && FromIpPart().Match(errmsg) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@",\s*(hint:|from ip:|more info at).*$", RegexOptions.Singleline)]
    private static partial Regex Tail();

    [GeneratedRegex(@"((?:access_token|corpsecret|secret|suite_ticket)\s*[=:]\s*)[^\s,&]+", RegexOptions.IgnoreCase)]
    private static partial Regex Credential();

    [GeneratedRegex(@"[\p{C}]+")]
    private static partial Regex Unprintable();

    [GeneratedRegex(@"from ip:\s*([0-9a-fA-F.:]*[0-9a-fA-F])")]
    private static partial Regex FromIpPart();
}
