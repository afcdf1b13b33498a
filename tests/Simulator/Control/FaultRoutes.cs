using WeComSync.Simulator.Faults;

namespace WeComSync.Simulator.Control;

internal static class FaultRoutes
{
    public static void Map(RouteGroupBuilder control, SimulatorHost host)
    {
        control.MapGet("/faults", () => host.Faults.Active);
        control.MapPost("/faults", (FaultRule rule) => host.Faults.Add(rule));
        control.MapDelete("/faults", (string? corpId) =>
        {
            if (corpId is null)
                host.Faults.Clear();
            else
                host.Faults.Clear(host.Corp(corpId));
        });
        control.MapDelete("/faults/{id:int}", (int id) =>
        {
            if (!host.Faults.Remove(id))
                throw new KeyNotFoundException($"There is no fault {id}.");
        });
    }
}
