namespace WeComSync.Worker.Health;

/// <summary>What a supervisor or load balancer asks: <c>/healthz</c> whether the process lives, <c>/readyz</c> whether it can work.</summary>
internal static class HealthEndpoints
{
    public static void AddHealth(this IServiceCollection services) => services.AddSingleton<Readiness>();

    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/healthz", () => TypedResults.Text("alive")).AllowAnonymous();
        endpoints.MapGet("/readyz", async (Readiness readiness, CancellationToken ct) =>
            await readiness.FindMissingAsync(ct) is { } missing
                ? TypedResults.Text($"not ready: {missing}", statusCode: StatusCodes.Status503ServiceUnavailable)
                : TypedResults.Text("ready")).AllowAnonymous();
    }
}
