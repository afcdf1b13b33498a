using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WeComSync.TestKit;

/// <summary>One text for each value, in whatever order its keys were written and in whatever time zone its time.</summary>
internal static class CanonicalJson
{
    /// <param name="value">JSON, or what becomes JSON.</param>
    public static string Of(object? value) => value switch
    {
        null => "null",
        JsonObject map => $"{{{string.Join(',', map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{Of(p.Key)}:{Of(p.Value)}"))}}}",
        JsonArray list => $"[{string.Join(',', list.Select(Of))}]",
        JsonValue one when one.GetValueKind() == JsonValueKind.String => Of(one.GetValue<string>()),
        JsonValue one => one.ToJsonString(),
        DateTimeOffset time => JsonSerializer.Serialize(time.UtcDateTime),
        string text when IsTime(text, out var time) => Of(time),
        string text => JsonSerializer.Serialize(text),
        IEnumerable<string> texts => $"[{string.Join(',', texts.Select(Of))}]",
        bool yes => yes ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>As PostgreSQL writes a <c>timestamptz</c> into JSON.</summary>
    private static bool IsTime(string text, out DateTimeOffset time)
    {
        time = default;
        return text.Length is > 19 and < 40 && text[10] == 'T'
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }
}
