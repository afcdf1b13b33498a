namespace WeComSync.Simulator.Control;

internal static class CallRoutes
{
    public static void Map(RouteGroupBuilder control, SimulatorHost host)
    {
        control.MapGet("/calls", (string? corpId, long? after, int? limit) =>
            host.Calls.Records(corpId, after ?? 0).Take(limit ?? 1000));
        control.MapGet("/calls/counts", () =>
            host.Calls.Counts.Select(count => new { count.Key.CorpId, count.Key.Path, Calls = count.Value }));
        control.MapDelete("/calls", host.Calls.Clear);
    }
}
