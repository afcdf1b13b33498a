using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Keys;

namespace WeComSync.Callbacks.Hosting;

/// <summary>Health and metrics, on the management address alone.</summary>
internal static class ManagementEndpoints
{
    public static void MapManagement(this IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", () => "alive");
        app.MapGet("/readyz", (AddressBook book, EventKeeper keeper) =>
            !book.IsLoaded ? NotReady("The database was not reached yet: nothing can be verified.")
            : !keeper.CanKeep ? NotReady("Neither PostgreSQL nor the spool takes events.")
            : Results.Text("ready"));
        app.MapPrometheusScrapingEndpoint("/metrics");
    }

    private static IResult NotReady(string reason) => Results.Text(reason, statusCode: StatusCodes.Status503ServiceUnavailable);
}
