using OpenTelemetry.Metrics;
using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Spool;

namespace WeComSync.Callbacks.Hosting;

internal static class ManagementServices
{
    /// <summary>Registers metrics and the address they are served on.</summary>
    public static void AddManagement(this IServiceCollection services)
    {
        services.AddSingleton<ManagementAccess>();
        services.AddSingleton<CallbackMetrics>();
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(CallbackMetrics.MeterName, "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddPrometheusExporter());
    }

    /// <summary>Shows the state of spool and breaker.</summary>
    public static void WatchSpool(this IServiceProvider services)
    {
        var metrics = services.GetRequiredService<CallbackMetrics>();
        var folder = services.GetRequiredService<SpoolFolder>();
        var breaker = services.GetRequiredService<Breaker>();
        metrics.Watch("wecomsync_callbacks_spool_depth", "{event}", "Events waiting in the spool", () => folder.Count);
        metrics.Watch("wecomsync_callbacks_spool_size", "By", "Disk space of the waiting events", () => folder.Bytes);
        metrics.Watch("wecomsync_callbacks_spool_aside", "{file}", "Spool files that could not be read", () => folder.AsideCount);
        metrics.Watch("wecomsync_callbacks_breaker_open", "1", "1 while events go to the spool", () => breaker.IsOpen ? 1 : 0);
    }
}
