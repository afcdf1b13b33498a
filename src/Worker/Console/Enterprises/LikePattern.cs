namespace WeComSync.Worker.WebConsole.Enterprises;

/// <summary>What people type into a search, for LIKE: <c>%</c> and <c>_</c> mean themselves.</summary>
internal static class LikePattern
{
    public static string Containing(string text) =>
        $"%{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";

    /// <summary>As PostgreSQL's <c>lower()</c> does it in the collation C: nothing but A to Z.</summary>
    public static string Lower(string text) => string.Concat(text.Select(c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : c));
}
