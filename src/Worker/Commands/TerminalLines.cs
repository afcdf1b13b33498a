using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace WeComSync.Worker.Commands;

/// <summary>One line per step for people. Nothing in a message or an exception starts a line of its own or moves the cursor.</summary>
internal sealed class TerminalLines : ITextFormatter
{
    private readonly MessageTemplateTextFormatter message = new("{Message:lj}", CultureInfo.InvariantCulture);
    private readonly MessageTemplateTextFormatter level = new("{Level:u3}", CultureInfo.InvariantCulture);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(string.Create(CultureInfo.InvariantCulture, $"[{logEvent.Timestamp.UtcDateTime:HH:mm:ss}Z "));
        level.Format(logEvent, output);
        output.Write("] ");
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        message.Format(logEvent, text);
        output.WriteLine(PlainText.OneLine(text.ToString()));
        if (logEvent.Exception is { } exception)
        {
            foreach (var line in exception.ToString().Split('\n'))
            {
                output.WriteLine($"  {PlainText.OneLine(line).TrimEnd()}");
            }
        }
    }
}
