using System.Collections.Concurrent;
using System.Net;

namespace WeComSync.Worker.WebConsole.Accounts;

/// <summary>
/// Shuts an address out for a while after repeated failures, whichever accounts it tried; the accounts have a lock of their own. Guesses in parallel wait for each other.
/// </summary>
internal sealed partial class LoginGuard(TimeProvider clock, ILogger<LoginGuard> logger) : IDisposable
{
    private const int Failures = 5;
    private const int RememberedAddresses = 10_000;
    private static readonly TimeSpan LockOut = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<IPAddress, (int Failures, DateTimeOffset Last)> failures = new();

    /// <summary>Verifying a password costs a tenth of a second of a core: strangers get one core at most.</summary>
    private readonly SemaphoreSlim oneAtATime = new(1);

    /// <param name="from">Who asks; null counts as one address.</param>
    /// <param name="attempt">Says whether the password, or the code, was right.</param>
    /// <param name="ct">The visitor left.</param>
    public async Task<LoginResult> TryAsync(IPAddress? from, Func<Task<LoginResult>> attempt, CancellationToken ct)
    {
        var address = from ?? IPAddress.None;
        await oneAtATime.WaitAsync(ct);
        try
        {
            var now = clock.GetUtcNow();
            var known = failures.TryGetValue(address, out var before) && now - before.Last < LockOut;
            if (known && before.Failures >= Failures)
            {
                return LoginResult.LockedOut;
            }

            var result = await attempt();
            switch (result)
            {
                case LoginResult.Accepted:
                    failures.TryRemove(address, out _);
                    LogLoggedIn(address);
                    break;
                case LoginResult.Refused or LoginResult.LockedOut:
                    Forget(now);
                    var count = known ? before.Failures + 1 : 1;
                    failures[address] = (count, now);
                    LogRefused(address, count);
                    break;
            }

            return result;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    public void Dispose() => oneAtATime.Dispose();

    private void Forget(DateTimeOffset now)
    {
        if (failures.Count < RememberedAddresses)
        {
            return;
        }

        foreach (var (address, entry) in failures)
        {
            if (now - entry.Last >= LockOut)
            {
                failures.TryRemove(address, out _);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Logged in from {Address}")]
    private partial void LogLoggedIn(IPAddress address);

    [LoggerMessage(LogLevel.Warning, "Login from {Address} refused, {Count} in a row")]
    private partial void LogRefused(IPAddress address, int count);
}

/// <summary>What became of a login.</summary>
internal enum LoginResult
{
    Accepted,

    /// <summary>The password is right; the second factor is asked next.</summary>
    CodeWanted,
    Refused,

    /// <summary>Too many failures from this address or for this account.</summary>
    LockedOut,
}
