using System.Buffers;

namespace WeComSync.Callbacks.Verification;

/// <summary>The shape of an encrypted field: strict Base64 of whole AES blocks.</summary>
internal static class CipherText
{
    private static readonly SearchValues<char> Base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    /// <summary>Whether the text is Base64 without white space that decodes to one or more blocks of 16 bytes.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length % 4 != 0)
        {
            return false;
        }

        var padding = text[^1] != '=' ? 0 : text[^2] != '=' ? 1 : 2;
        return !text[..^padding].ContainsAnyExcept(Base64) && ((text.Length / 4 * 3) - padding) % 16 == 0;
    }
}
