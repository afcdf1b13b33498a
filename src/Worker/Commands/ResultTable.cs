using System.Globalization;
using Spectre.Console;

namespace WeComSync.Worker.Commands;

/// <summary>A table for people: with lines on a terminal, plain aligned text elsewhere.</summary>
internal static class ResultTable
{
    public static Table Create(IAnsiConsole console, params ReadOnlySpan<string> columns)
    {
        var terminal = console.Profile.Out.IsTerminal;
        var table = new Table { Border = terminal ? TableBorder.Rounded : TableBorder.None };
        foreach (var column in columns)
        {
            var header = new TableColumn(new Text(column));
            table.AddColumn(terminal ? header : header.PadLeft(0).PadRight(2).NoWrap());
        }

        return table;
    }

    /// <summary>Adds a row. Cells may come from outside: they are text, never markup, and are put on one line.</summary>
    public static void Add(this Table table, params ReadOnlySpan<string> cells)
    {
        var row = new List<Text>();
        foreach (var cell in cells)
        {
            row.Add(new Text(PlainText.OneLine(cell)));
        }

        table.AddRow(row);
    }

    /// <summary>A time as people read it, in UTC as the logs have it.</summary>
    public static string Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>Writes one line as it is, however wide the terminal: addresses and commands are copied from it.</summary>
    public static void WriteText(this IAnsiConsole console, string line) => console.Profile.Out.Writer.WriteLine(PlainText.OneLine(line));
}
