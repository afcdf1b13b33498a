using Serilog;
using Serilog.Events;
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
        var level = builder.Configuration.GetValue("Logging:LogLevel:Default", LogLevel.Information);
        builder.Services.AddSerilog(logs => logs
            .MinimumLevel.Is(Serilog.Extensions.Logging.LevelConvert.ToSerilogLevel(level))
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
            .MinimumLevel.Override("Npgsql", LogEventLevel.Fatal)
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            .WriteTo.Console(new RenderedCompactJsonFormatter()));
    }
}
