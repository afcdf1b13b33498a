using System.Globalization;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc.Rendering;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Commands;

namespace WeComSync.Worker.WebConsole;

/// <summary>How values look on every page.</summary>
internal static class Shown
{
    private const int LongestLine = 300;

    /// <summary>Text that came from outside: on one line, without what turns text around, not endless. Razor encodes it.</summary>
    public static string Line(string? text)
    {
        var line = PlainText.OneLine(text ?? "");
        return line.Length <= LongestLine ? line : string.Concat(line.AsSpan(0, char.IsHighSurrogate(line[LongestLine - 1]) ? LongestLine - 1 : LongestLine), "…");
    }

    /// <summary>A sentence of ours with text from outside in it: the same without an end, since what must be done stands there.</summary>
    public static string Text(string text) => PlainText.OneLine(text);

    /// <summary>A moment in the enterprise's time zone; UTC where none is meant.</summary>
    public static IHtmlContent Time(DateTimeOffset? at, Tenant? enterprise = null)
    {
        if (at is not { } moment)
        {
            return HtmlString.Empty;
        }

        var zone = enterprise is not null && TimeZoneInfo.TryFindSystemTimeZoneById(enterprise.TimeZone, out var found) ? found : TimeZoneInfo.Utc;
        var local = TimeZoneInfo.ConvertTime(moment, zone);
        var time = new TagBuilder("time");
        time.Attributes["datetime"] = moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        time.Attributes["title"] = zone.Id;
        time.InnerHtml.Append(local.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + (zone == TimeZoneInfo.Utc ? " UTC" : ""));
        return time;
    }

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
