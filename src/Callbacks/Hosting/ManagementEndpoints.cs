using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Keys;
using WeComSync.Callbacks.Receiving;

namespace WeComSync.Callbacks.Hosting;

/// <summary>Health and metrics, for whom <see cref="ManagementAccess"/> allows.</summary>
internal static class ManagementEndpoints
{
    public static void UseManagement(this WebApplication app)
    {
        var access = app.Services.GetRequiredService<ManagementAccess>();
        app.MapWhen(context => IsManagement(context.Request.Path) && access.Allows(context), branch => branch.Run(AnswerAsync));
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Request.Path == "/metrics" && access.Allows(context));
        app.MapWhen(access.IsApart, branch => branch.Run(CallbackRoute.NotFoundAsync));
    }

    private static bool IsManagement(PathString path) => path == "/healthz" || path == "/readyz";

    private static async Task AnswerAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var problem = context.Request.Path == "/healthz" ? null
            : !services.GetRequiredService<AddressBook>().IsLoaded ? "The database was not reached yet: nothing can be verified."
            : !services.GetRequiredService<EventKeeper>().CanKeep ? "Neither PostgreSQL nor the spool takes events."
            : null;
        context.Response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain";
        await context.Response.WriteAsync(problem ?? "ok", context.RequestAborted);
    }
}
