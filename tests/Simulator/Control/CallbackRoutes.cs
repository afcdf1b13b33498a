using System.Text.Json.Nodes;
using WeComSync.Simulator.Callbacks;

namespace WeComSync.Simulator.Control;

/// <summary>The event server of a company, what goes wrong on the way to it, and what became of each event.</summary>
internal static class CallbackRoutes
{
    private const string Callbacks = "/corps/{corpId}/callbacks";

    public static void Map(RouteGroupBuilder control, SimulatorHost host)
    {
        control.MapGet(Callbacks, (string corpId) => View(Of(corpId)));
        control.MapPut(Callbacks + "/target", async (string corpId, CallbackTargetRequest request, CancellationToken ct) =>
        {
            await Of(corpId).SetTargetAsync(request.Target, request.Verify, ct);
            return View(Of(corpId));
        });
        control.MapDelete(Callbacks + "/target", (string corpId, CancellationToken ct) => Of(corpId).SetTargetAsync(null, verify: false, ct));
        control.MapPatch(Callbacks + "/settings", (string corpId, JsonObject patch) =>
            Of(corpId).Settings = ControlJson.Patched(Of(corpId).Settings, patch));
        control.MapPut(Callbacks + "/faults", (string corpId, JsonObject faults) =>
            Of(corpId).Faults = ControlJson.Patched(new CallbackFaults(), faults));
        control.MapPost(Callbacks + "/pause", (string corpId) => Of(corpId).Pause());
        control.MapPost(Callbacks + "/resume", (string corpId) => Of(corpId).Resume());
        control.MapPost(Callbacks + "/release", (string corpId) => Of(corpId).Release());
        control.MapGet(Callbacks + "/log", (string corpId, long? after, int? limit, CallbackState? state) =>
            Of(corpId).Log.Records(after ?? 0, state).Take(limit ?? 1000));
        control.MapDelete(Callbacks + "/log", (string corpId) => Of(corpId).Log.Clear());
        control.MapGet(Callbacks + "/digests", (string corpId, CallbackState? state) =>
            Of(corpId).Log.Digests(state ?? CallbackState.Acknowledged));

        CallbackChannel Of(string corpId) => host.Corp(corpId).Callbacks;
    }

    private static CallbackView View(CallbackChannel callbacks) => new(
        callbacks.Target, callbacks.Settings, callbacks.Faults, callbacks.IsPaused, callbacks.Unfinished, callbacks.Log.Counts);
}
