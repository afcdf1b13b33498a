using System.Net;
using System.Text.RegularExpressions;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>What a person reads of a page.</summary>
internal static partial class PageText
{
    /// <returns>The words, with one blank between them.</returns>
    public static string Of(string html) => WebUtility.HtmlDecode(Blank().Replace(Tag().Replace(html, " "), " ")).Trim();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
