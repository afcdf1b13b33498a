using System.Net;
using OpenTelemetry.Metrics;
using WeComSync.Worker.Events;

namespace WeComSync.Worker.Health;

/// <summary><c>/metrics</c> for Prometheus. It names tenants by their ids, so only this machine may ask; a proxy here passes nobody on.</summary>
internal static class MetricsEndpoint
{
    public static void AddWorkerMetrics(this IServiceCollection services) => services.AddOpenTelemetry().WithMetrics(metrics => metrics
        .AddMeter(EventMetrics.MeterName, "System.Runtime")
        .AddPrometheusExporter());

    public static void UseWorkerMetrics(this WebApplication app) =>
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Request.Path == "/metrics" && IsLocal(context));

    private static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer)
        && context.Request.Headers is var headers
        && !headers.ContainsKey("X-Forwarded-For") && !headers.ContainsKey("X-Real-IP")
        && !headers.ContainsKey("Forwarded") && !headers.ContainsKey("Via")
        && (context.Request.Host.Host == "localhost" || (IPAddress.TryParse(context.Request.Host.Host, out var host) && IPAddress.IsLoopback(host)));
}
