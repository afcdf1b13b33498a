using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using WeComSync.Worker.Commands;
using Xunit;

namespace WeComSync.Worker.Tests.Commands;

public sealed class TerminalLinesTests
{
    [Fact]
    public void Text_from_outside_neither_starts_a_line_nor_moves_the_cursor()
    {
        var written = Write(log => log.Warning(
            new InvalidOperationException("first\n[12:00:00Z INF] forged\r\u001b[2J"), "Tenant {Name}", "a\r\n[12:00:00Z INF] forged\u001b[31m"));

        var lines = written.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("[", lines[0], StringComparison.Ordinal);
        Assert.Contains("Z WRN] Tenant a  [12:00:00Z INF] forged[31m", lines[0], StringComparison.Ordinal);
        Assert.All(lines[1..], line => Assert.StartsWith("  ", line, StringComparison.Ordinal));
        Assert.DoesNotContain(written, c => char.IsControl(c) && c != '\n');
    }

    private static string Write(Action<ILogger> log)
    {
        using var written = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var logger = new LoggerConfiguration().WriteTo.Sink(new Sink(written)).CreateLogger();
        log(logger);
        return written.ToString();
    }

    private sealed class Sink(TextWriter output) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => new TerminalLines().Format(logEvent, output);
    }
}
