using System.Collections.Concurrent;

namespace WeComSync.Simulator.Limits;

/// <summary>One gate per endpoint and caller (a corp id or an address).</summary>
internal sealed class CallGates
{
    private readonly ConcurrentDictionary<(string Caller, string Path), CallGate> _gates = new();

    public CallGate For(string caller, string path) => _gates.GetOrAdd((caller, path), _ => new CallGate());
}
