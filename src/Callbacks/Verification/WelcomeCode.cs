using System.Text;

namespace WeComSync.Callbacks.Verification;

/// <summary>
/// Takes the welcome code out of a message. WeCom accepts it for 20 seconds, and a message is kept for weeks: stored apart, it can be
/// dropped without opening the message again.
/// </summary>
internal static class WelcomeCode
{
    public const string Element = "WelcomeCode";

    /// <param name="message">As it was decrypted.</param>
    /// <param name="facts">What was read of it.</param>
    /// <returns>The message that is to be kept, and the code; null where there is none.</returns>
    public static (byte[] Message, string? Code) Take(ReadOnlySpan<byte> message, MessageFacts facts)
    {
        if (facts.WelcomeCode is not { } code)
        {
            return (message.ToArray(), null);
        }

        var text = Encoding.UTF8.GetString(message);
        var name = text.IndexOf(Element, StringComparison.OrdinalIgnoreCase);
        var at = name < 0 ? -1 : text.IndexOf(code, name + Element.Length, StringComparison.Ordinal);
        if (at >= 0)
        {
            var rest = Encoding.UTF8.GetBytes(text.Remove(at, code.Length));
            if (MessageReader.Read(rest) == facts with { WelcomeCode = null })
            {
                return (rest, code);
            }
        }

        // Written with escapes, as WeCom writes none: whatever it is, it greets nobody, and the message is kept as it came.
        return (message.ToArray(), null);
    }
}
