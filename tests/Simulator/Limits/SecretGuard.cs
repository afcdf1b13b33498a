using System.Collections.Concurrent;

namespace WeComSync.Simulator.Limits;

/// <summary>Bans an address that tried too many wrong secrets. The ban hits every company behind that address.</summary>
internal sealed class SecretGuard(int wrongSecretsBeforeBan)
{
    private readonly ConcurrentDictionary<string, CallWindow> _windows = new();

    public bool IsBanned(string address, DateTimeOffset now)
    {
        if (!_windows.TryGetValue(address, out var window))
            return false;
        lock (window)
            return window.IsBlocked(now);
    }

    public void CountWrong(string address, DateTimeOffset now)
    {
        var window = _windows.GetOrAdd(address, _ => new CallWindow(TimeSpan.FromHours(1)));
        lock (window)
            window.TryCount(wrongSecretsBeforeBan, now);
    }
}
