using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace WeComSync.Worker.Commands;

/// <summary>
/// Where a command's result goes: stdout, and nothing else goes there. One JSON object with <c>--json</c>;
/// tables on a terminal; plain aligned text in a pipe.
/// </summary>
internal static class CommandOutput
{
    private const string JsonName = "--json";

    private static readonly JsonSerializerOptions JsonFormat = new(JsonSerializerDefaults.Web)
    {
        // Chinese names stay readable. Nothing here ends up in HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static Option<bool> JsonOption() => new(JsonName) { Description = "Print one JSON object on stdout and nothing else there." };

    public static bool WantsJson(ParseResult command) =>
        command.CommandResult.Command.Options.Any(option => option.Name == JsonName) && command.GetValue<bool>(JsonName);

    /// <summary>Writes the result once, in the form that was asked for.</summary>
    /// <param name="command">Says whether <c>--json</c> was given.</param>
    /// <param name="result">Becomes the JSON object.</param>
    /// <param name="text">Writes the same for people.</param>
    public static void Write<T>(ParseResult command, T result, Action<IAnsiConsole> text)
    {
        if (WantsJson(command))
        {
            WriteJson(result);
        }
        else
        {
            text(CreateConsole(Console.Out, !Console.IsOutputRedirected));
        }
    }

    public static void WriteJson<T>(T result)
    {
        // Bytes rather than Console.Out: JSON is UTF-8 whatever the locale says.
        using var stdout = Console.OpenStandardOutput();
        JsonSerializer.Serialize(stdout, result, JsonFormat);
        stdout.Write("\n"u8);
    }

    internal static IAnsiConsole CreateConsole(TextWriter writer, bool terminal)
    {
        if (terminal)
        {
            return AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = 10_000; // one row, one line: whoever reads a pipe splits lines
        return console;
    }
}
