using System.Text;
using System.Text.Json;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Commands.Sync;

/// <summary>A dry run's difference as CSV (RFC 4180): a row for each field, or one for a row without fields.</summary>
internal static class PlannedCsv
{
    public static void Write(IEnumerable<PlannedChange> planned)
    {
        // UTF-8 whatever the locale says.
        using var stdout = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\r\n" };
        Write(stdout, planned);
    }

    public static void Write(TextWriter writer, IEnumerable<PlannedChange> planned)
    {
        Row(writer, "op", "kind", "id", "name", "field", "old", "new");
        foreach (var change in planned)
        {
            foreach (var field in change.Fields.DefaultIfEmpty(new PlannedField("", null, null)))
            {
                Row(writer, change.Op, change.Entity, Id(change), change.Name ?? "", field.Field, Text(field.Old), Text(field.New));
            }
        }
    }

    /// <summary>The row's key; several parts with a slash.</summary>
    public static string Id(PlannedChange change) => string.Join('/', change.Key.EnumerateObject().Select(p => p.Value.ToString()));

    private static string Text(JsonElement? value) => value is { ValueKind: not JsonValueKind.Null } given ? given.ToString() : "";

    private static void Row(TextWriter writer, params ReadOnlySpan<string> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            writer.Write(i == 0 ? "" : ",");
            writer.Write(Cell(cells[i]));
        }

        writer.WriteLine();
    }

    /// <summary>Names come from outside: one that a spreadsheet would take for a formula is made plain text.</summary>
    private static string Cell(string value)
    {
        var text = value.Length > 0 && value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? $"'{value}" : value;
        return text.AsSpan().IndexOfAny(",\"\r\n'") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
