using System.Net;
using System.Text.RegularExpressions;

namespace WeComSync.Worker.Tests.WebConsole.Writing;

/// <summary>What a browser would send of the page's big form (the one that keeps what was typed) if nothing were changed.</summary>
internal static partial class FormFields
{
    public static IReadOnlyList<KeyValuePair<string, string>> Of(string html)
    {
        var from = html.IndexOf("data-keep", StringComparison.Ordinal);
        var form = html[from..html.IndexOf("</form>", from, StringComparison.Ordinal)];
        var fields = new List<KeyValuePair<string, string>>();
        foreach (var tag in Input().Matches(form).Select(match => match.Value))
        {
            var name = Attribute(tag, "name");
            var isBox = Attribute(tag, "type") == "checkbox";
            if (name is not null && (!isBox || tag.Contains(" checked", StringComparison.Ordinal)))
            {
                fields.Add(new(name, Attribute(tag, "value") ?? ""));
            }
        }

        foreach (Match select in Select().Matches(form))
        {
            var chosen = Chosen().Match(select.Groups[2].Value);
            fields.Add(new(select.Groups[1].Value, chosen.Success ? WebUtility.HtmlDecode(chosen.Groups[1].Value) : ""));
        }

        return fields;
    }

    private static string? Attribute(string tag, string name) =>
        Regex.Match(tag, $"\\s{name}=\"([^\"]*)\"") is { Success: true } match ? WebUtility.HtmlDecode(match.Groups[1].Value) : null;

    [GeneratedRegex("<input\\b[^>]*>", RegexOptions.Singleline)]
    private static partial Regex Input();

    [GeneratedRegex("<select\\b[^>]*\\bname=\"([^\"]+)\"[^>]*>(.*?)</select>", RegexOptions.Singleline)]
    private static partial Regex Select();

    [GeneratedRegex("<option value=\"([^\"]*)\"\\s+selected")]
    private static partial Regex Chosen();
}
