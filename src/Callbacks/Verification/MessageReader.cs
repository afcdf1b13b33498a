using System.Globalization;
using System.Text;
using WeComSync.Domain.Inbox;

namespace WeComSync.Callbacks.Verification;

/// <summary>Takes what the inbox row shows out of a decrypted message.</summary>
internal static class MessageReader
{
    private const int MaxName = 64;
    private const int MaxKey = 256;

    /// <summary>In the order in which they say what an event is about: a customer event also names the member.</summary>
    private static readonly string[] Keys = ["ExternalUserID", "ChatId", "TagId", "UserID", "Id", "LinkId", "JobId"];

    /// <returns>Null when the message is neither XML nor JSON within the limits.</returns>
    public static MessageFacts? Read(ReadOnlySpan<byte> message)
    {
        if (EventMessage.Read(message) is not { } elements)
        {
            return null;
        }

        var kind = Clean(elements, "Event", MaxName) ?? Clean(elements, "InfoType", MaxName) ?? Clean(elements, "MsgType", MaxName) ?? "unknown";
        var key = Keys.Select(name => Clean(elements, name, MaxKey)).FirstOrDefault(value => value is not null);
        var time = Time(Clean(elements, "CreateTime", MaxName) ?? Clean(elements, "TimeStamp", MaxName));
        return new MessageFacts(kind, Clean(elements, "ChangeType", MaxName), key, time)
        {
            WelcomeCode = Clean(elements, WelcomeCode.Element, MaxKey),
        };
    }

    /// <summary>The value if PostgreSQL and a log line can hold it; never a part of it, which would be another object's id.</summary>
    private static string? Clean(IReadOnlyDictionary<string, string> elements, string name, int max) =>
        elements.TryGetValue(name, out var value) && value.Length > 0 && value.Length <= max
        && value.EnumerateRunes().All(rune => !Rune.IsControl(rune) && rune != Rune.ReplacementChar)
            ? value
            : null;

    private static DateTimeOffset? Time(string? seconds) =>
        long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is > 0 and < 100_000_000_000
            ? DateTimeOffset.FromUnixTimeSeconds(value)
            : null;
}
