using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace WeComSync.Worker.Doctor;

/// <summary>
/// Something that is logged, printed and stored in English, and what the console's readers see in its place. A stored text is known by its
/// wording: rows that were written before this release, or by a neighbour of another one, are read too.
/// </summary>
internal sealed partial class StoredText
{
    private readonly string stored;
    private readonly Regex wording;

    /// <param name="stored">As it is stored; <c>{0}</c> and so on are its values.</param>
    /// <param name="what">For the console, with places for the same values.</param>
    /// <param name="step">What its reader must do; null if nothing.</param>
    public StoredText(string stored, Words what, Words? step = null)
    {
        this.stored = stored;
        Text = new DoctorText(what, step);
        var pattern = new StringBuilder("^");
        var end = 0;
        foreach (Match place in Place().Matches(stored))
        {
            pattern.Append(Regex.Escape(stored[end..place.Index])).Append(CultureInfo.InvariantCulture, $"(?<v{place.Groups[1].Value}>.*?)");
            end = place.Index + place.Length;
        }

        wording = new Regex(pattern.Append(Regex.Escape(stored[end..])).Append('$').ToString(), RegexOptions.Singleline | RegexOptions.CultureInvariant);
    }

    /// <summary>For the console.</summary>
    public DoctorText Text { get; }

    /// <summary>How many values it has.</summary>
    public int Places => Place().Count(stored);

    /// <summary>The text as it is stored.</summary>
    public string With(params object?[] values) => string.Format(CultureInfo.InvariantCulture, stored, values);

    /// <returns>The values in a stored text; null if it is another text.</returns>
    public IReadOnlyList<string>? Read(string text) => wording.Match(text) is { Success: true } match
        ? [.. Enumerable.Range(0, Places).Select(place => match.Groups[$"v{place}"].Value)]
        : null;

    public override string ToString() => stored;

    [GeneratedRegex(@"\{(\d)\}")]
    private static partial Regex Place();
}
