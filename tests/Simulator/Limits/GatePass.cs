using WeComSync.Simulator.Api;

namespace WeComSync.Simulator.Limits;

/// <summary>A call's stay within the limits of its company and its address; ends with disposal.</summary>
internal readonly struct GatePass(CallGate? address, CallGate? corp) : IDisposable
{
    /// <returns>0, or WeCom's code for the limit that was exceeded.</returns>
    public static int TryEnter(ApiCall call, out GatePass pass)
    {
        pass = default;
        if (!call.Endpoint.IsLimited)
            return 0;
        var host = call.Host;
        var now = host.Clock.GetUtcNow();
        if (call.Query("debug") == "1" && !host.Gates.For(call.KnownCorp?.Id ?? call.Address, call.Endpoint.Path).TryDebug(now))
            return 45009;
        var address = host.Gates.For(call.Address, call.Endpoint.Path);
        if (address.TryEnter(host.AddressLimits, now) is var code and not 0)
            return code;
        pass = new GatePass(address, null);
        if (call.KnownCorp is not { } known)
            return 0;
        var corp = host.Gates.For(known.Id, call.Endpoint.Path);
        var limits = known.Settings.LimitsByPath.GetValueOrDefault(call.Endpoint.Path, known.Settings.Limits);
        code = corp.TryEnter(limits, now);
        if (code == 0)
            pass = new GatePass(address, corp);
        return code;
    }

    public void Dispose()
    {
        address?.Exit();
        corp?.Exit();
    }
}
