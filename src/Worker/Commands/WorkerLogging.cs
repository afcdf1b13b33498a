using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Compact;

namespace WeComSync.Worker.Commands;

/// <summary>Logs go to stderr, so that stdout holds results alone: for people on a terminal, as compact JSON elsewhere.</summary>
internal static class WorkerLogging
{
    /// <summary>Levels where <c>Logging:LogLevel:*</c> says nothing else.</summary>
    private static readonly Dictionary<string, string?> Levels = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Hangfire"] = "Warning",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        // It logs as an error what it then throws, even where that is expected: the first migration finds no table.
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "Critical",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
        ["Logging:LogLevel:Polly"] = "Warning",
        ["Logging:LogLevel:Quartz"] = "Warning",
        ["Logging:LogLevel:System.Net.Http.HttpClient"] = "Warning",
    };

    public static void AddWorkerLogging(this IHostApplicationBuilder builder)
    {
        builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = Levels });
        builder.Logging.ClearProviders();
        // Not AddSerilog(): that lets every level through, whatever Logging:LogLevel says.
        builder.Services.AddSingleton<ILoggerProvider>(_ => new SerilogLoggerProvider(CreateLogger(), dispose: true));
    }

    public static Serilog.Core.Logger CreateLogger()
    {
        // Microsoft.Extensions.Logging filters by level; Serilog only writes.
        var logger = new LoggerConfiguration().MinimumLevel.Verbose().Enrich.FromLogContext().Filter.ByExcluding(TellsWhatWasTyped);
        return Console.IsErrorRedirected
            ? logger.WriteTo.Console(new CompactJsonFormatter(), standardErrorFromLevel: LogEventLevel.Verbose).CreateLogger()
            : logger.WriteTo.Console(new TerminalLines(), standardErrorFromLevel: LogEventLevel.Verbose).CreateLogger();
    }

    /// <summary>At this level the framework writes the arguments of a page's handler: passwords and secrets among them. No setting brings these lines back.</summary>
    private static bool TellsWhatWasTyped(LogEvent logged) =>
        logged.Level == LogEventLevel.Verbose
        && logged.Properties.TryGetValue(Serilog.Core.Constants.SourceContextPropertyName, out var source)
        && source is ScalarValue { Value: string name } && name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal);
}
