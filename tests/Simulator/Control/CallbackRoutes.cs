using System.Text.Json.Nodes;
using WeComSync.Simulator.Callbacks;

namespace WeComSync.Simulator.Control;

/// <summary>An event server of a company (contacts unless another one is named), what goes wrong on the way to it, and what became of each event.</summary>
internal static class CallbackRoutes
{
    private const string Callbacks = "/corps/{corpId}/callbacks";

    public static void Map(RouteGroupBuilder control, SimulatorHost host)
    {
        control.MapGet(Callbacks, (string corpId, string? channel) => View(Of(corpId, channel)));
        control.MapPut(Callbacks + "/target", async (string corpId, string? channel, CallbackTargetRequest request, CancellationToken ct) =>
        {
            await Of(corpId, channel).SetTargetAsync(request.Target, request.Verify, ct);
            return View(Of(corpId, channel));
        });
        control.MapDelete(Callbacks + "/target", (string corpId, string? channel, CancellationToken ct) => Of(corpId, channel).SetTargetAsync(null, verify: false, ct));
        control.MapPatch(Callbacks + "/settings", (string corpId, string? channel, JsonObject patch) =>
            Of(corpId, channel).Settings = ControlJson.Patched(Of(corpId, channel).Settings, patch));
        control.MapPut(Callbacks + "/faults", (string corpId, string? channel, JsonObject faults) =>
            Of(corpId, channel).Faults = ControlJson.Patched(new CallbackFaults(), faults));
        control.MapPost(Callbacks + "/pause", (string corpId, string? channel) => Of(corpId, channel).Pause());
        control.MapPost(Callbacks + "/resume", (string corpId, string? channel) => Of(corpId, channel).Resume());
        control.MapPost(Callbacks + "/release", (string corpId, string? channel) => Of(corpId, channel).Release());
        control.MapGet(Callbacks + "/log", (string corpId, string? channel, long? after, int? limit, CallbackState? state) =>
            Of(corpId, channel).Log.Records(after ?? 0, state).Take(limit ?? 1000));
        control.MapDelete(Callbacks + "/log", (string corpId, string? channel) => Of(corpId, channel).Log.Clear());
        control.MapGet(Callbacks + "/digests", (string corpId, string? channel, CallbackState? state) =>
            Of(corpId, channel).Log.Digests(state ?? CallbackState.Acknowledged));

        CallbackChannel Of(string corpId, string? channel) => host.Corp(corpId).Channel(channel ?? "contacts");
    }

    private static CallbackView View(CallbackChannel callbacks) => new(
        callbacks.Target, callbacks.Settings, callbacks.Faults, callbacks.IsPaused, callbacks.Unfinished, callbacks.Log.Counts);
}
