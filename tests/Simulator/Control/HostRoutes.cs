using System.Text.Json.Nodes;
using WeComSync.Simulator.Limits;

namespace WeComSync.Simulator.Control;

/// <summary>What is the same for all companies.</summary>
internal static class HostRoutes
{
    public static void Map(RouteGroupBuilder control, SimulatorHost host)
    {
        control.MapGet("/host", () => View(host));
        control.MapPatch("/host", (HostRequest request) =>
        {
            if (request.CallerAddress is { } address)
                host.CallerAddress = address.Length == 0 ? null : address;
            if (request.AdvanceSeconds is { } seconds)
                host.Clock.Advance(TimeSpan.FromSeconds(seconds));
            return View(host);
        });
        control.MapPatch("/host/address-limits", (JsonObject patch) =>
        {
            host.AddressLimits = ControlJson.Patched<RateLimits>(host.AddressLimits, patch);
            return View(host);
        });
    }

    private static HostView View(SimulatorHost host) => new(host.BaseUrl, host.CallerAddress, host.Clock.GetUtcNow(), host.AddressLimits);
}
