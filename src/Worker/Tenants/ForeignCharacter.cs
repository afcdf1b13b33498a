using System.Globalization;
using System.Text;

namespace WeComSync.Worker.Tenants;

/// <summary>
/// A character that is not ASCII in a text that must be. It comes along when a secret is copied from a chat or a document, and nobody sees
/// it; WeCom would only say that the secret is wrong.
/// </summary>
internal readonly record struct ForeignCharacter
{
    private const int FirstFullWidth = 0xFF01;
    private const int LastFullWidth = 0xFF5E;

    private readonly Rune character;

    private ForeignCharacter(int position, Rune character)
    {
        Position = position;
        this.character = character;
    }

    /// <summary>Counted from 1, as people do.</summary>
    public int Position { get; }

    /// <summary>For example <c>U+200B</c>.</summary>
    public string Code => $"U+{character.Value:X4}";

    /// <summary>The character; null if nothing could be seen of it.</summary>
    public string? Visible => Rune.GetUnicodeCategory(character) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            ? null : character.ToString();

    /// <summary>The ASCII character of which this is the full-width form; null if it is none.</summary>
    public char? HalfWidth => character.Value is >= FirstFullWidth and <= LastFullWidth ? (char)(character.Value - FirstFullWidth + '!') : null;

    /// <returns>Null if all of the text is ASCII.</returns>
    public static ForeignCharacter? FirstIn(string text)
    {
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            position++;
            if (!rune.IsAscii)
            {
                return new ForeignCharacter(position, rune);
            }
        }

        return null;
    }
}
