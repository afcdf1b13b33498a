using System.Globalization;
using System.Text;

namespace WeComSync.Callbacks.Verification;

/// <summary>The wanted elements of one message; the first of each name counts.</summary>
internal sealed class FoundElements
{
    private const int MaxName = 64;
    private const int MaxKey = 256;

    /// <summary>In the order in which they say what an event is about: a customer event also names the member.</summary>
    private static readonly string[] Keys = ["ExternalUserID", "ChatId", "TagId", "UserID", "Id", "LinkId", "JobId"];

    private static readonly string[] Others = ["Event", "InfoType", "MsgType", "ChangeType", "CreateTime", "TimeStamp", WelcomeCode.Element];

    private readonly Dictionary<string, string> values = [];

    public static bool Wants(string name) => Keys.Contains(name) || Others.Contains(name);

    /// <summary>The element of this name without regard to case, as JSON messages spell them.</summary>
    public static string? Find(string name) =>
        Array.Find([.. Keys, .. Others], element => element.Equals(name, StringComparison.OrdinalIgnoreCase));

    public void Add(string name, string value) => values.TryAdd(name, value);

    public MessageFacts ToFacts()
    {
        var kind = Clean("Event", MaxName) ?? Clean("InfoType", MaxName) ?? Clean("MsgType", MaxName) ?? "unknown";
        var key = Keys.Select(name => Clean(name, MaxKey)).FirstOrDefault(value => value is not null);
        return new MessageFacts(kind, Clean("ChangeType", MaxName), key, Time(Clean("CreateTime", MaxName) ?? Clean("TimeStamp", MaxName)))
        {
            WelcomeCode = Clean(WelcomeCode.Element, MaxKey),
        };
    }

    /// <summary>The value if PostgreSQL and a log line can hold it; never a part of it, which would be another object's id.</summary>
    private string? Clean(string name, int max) =>
        values.TryGetValue(name, out var value) && value.Length > 0 && value.Length <= max
        && value.EnumerateRunes().All(rune => !Rune.IsControl(rune) && rune != Rune.ReplacementChar)
            ? value
            : null;

    private static DateTimeOffset? Time(string? seconds) =>
        long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is > 0 and < 100_000_000_000
            ? DateTimeOffset.FromUnixTimeSeconds(value)
            : null;
}
