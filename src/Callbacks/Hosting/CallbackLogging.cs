using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Compact;

namespace WeComSync.Callbacks.Hosting;

/// <summary>One line of JSON for each event on the console, so that nothing in a value can begin a line of its own.</summary>
internal static class CallbackLogging
{
    /// <remarks>
    /// The framework's categories stay at warnings whatever is configured: below that they write request lines, and a request line
    /// here holds the address's key and the signature.
    /// </remarks>
    public static void AddCallbackLogging(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        var level = LevelConvert.ToSerilogLevel(builder.Configuration.GetValue("Logging:LogLevel:Default", LogLevel.Information));
        builder.Services.AddSerilog(logs => logs
            .MinimumLevel.Is(level)
            .MinimumLevel.Override("Microsoft", AtLeast(LogEventLevel.Warning))
            .MinimumLevel.Override("Microsoft.Hosting.Lifetime", AtLeast(LogEventLevel.Information))
            .MinimumLevel.Override("Npgsql", AtLeast(LogEventLevel.Fatal))
            .MinimumLevel.Override("System", AtLeast(LogEventLevel.Warning))
            .Enrich.With<WithoutRequestPath>()
            .WriteTo.Console(new RenderedCompactJsonFormatter()));

        LogEventLevel AtLeast(LogEventLevel least) => level > least ? level : least;
    }

    /// <summary>The framework adds it to every line that is written during a request.</summary>
    private sealed class WithoutRequestPath : ILogEventEnricher
    {
        public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory) => logEvent.RemovePropertyIfPresent("RequestPath");
    }
}
