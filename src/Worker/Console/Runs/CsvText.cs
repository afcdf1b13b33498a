using WeComSync.Worker.Commands;

namespace WeComSync.Worker.WebConsole.Runs;

/// <summary>
/// One line of a CSV file. Spreadsheets run what begins like a formula, so such text gets an apostrophe in front; what turns text around goes.
/// </summary>
internal static class CsvText
{
    public static string Line(params ReadOnlySpan<string> cells)
    {
        var escaped = new string[cells.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            escaped[i] = Cell(cells[i]);
        }

        return string.Join(',', escaped) + "\r\n";
    }

    private static string Cell(string text)
    {
        var plain = PlainText.OneLine(text);
        var safe = plain.TrimStart() is { Length: > 0 } start && start[0] is '=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠'
            ? "'" + plain
            : plain;
        return $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
