using System.Text;

namespace WeComSync.Worker.Commands;

/// <summary>Takes from text that came from outside what a terminal would obey.</summary>
internal static class PlainText
{
    /// <summary>The text on one line: line breaks become spaces, control characters and text-direction overrides go.</summary>
    public static string OneLine(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is '\r' or '\n' or '\t' or '\u2028' or '\u2029' or '\u0085')
            {
                clean.Append(' ');
            }
            else if (!char.IsControl(c) && !IsDirection(c))
            {
                clean.Append(c);
            }
        }

        return clean.ToString();
    }

    /// <summary>Bidirectional embeddings, overrides and isolates can make a line read other than it is.</summary>
    private static bool IsDirection(char c) => c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069';
}
