using System.Collections.Concurrent;
using System.Net;

namespace WeComSync.Worker.OperatorConsole;

/// <summary>Decides on logins. Repeated failures shut an address out for a while; guesses in parallel wait for each other.</summary>
internal sealed partial class OperatorLogin(ConsoleOptions options, TimeProvider clock, ILogger<OperatorLogin> logger) : IDisposable
{
    private const int Failures = 5;
    private const int RememberedAddresses = 10_000;
    private static readonly TimeSpan LockOut = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<IPAddress, (int Failures, DateTimeOffset Last)> failures = new();

    /// <summary>Verifying a password costs a tenth of a second of a core: strangers get one core at most.</summary>
    private readonly SemaphoreSlim oneAtATime = new(1);

    public async Task<LoginResult> TryAsync(string email, string password, IPAddress? from, CancellationToken ct)
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

            if (options.Operator.Verify(email, password))
            {
                failures.TryRemove(address, out _);
                LogLoggedIn(address);
                return LoginResult.Accepted;
            }

            Forget(now);
            var count = known ? before.Failures + 1 : 1;
            failures[address] = (count, now);
            LogRefused(address, count);
            return LoginResult.Refused;
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

    [LoggerMessage(LogLevel.Information, "Operator logged in from {Address}")]
    private partial void LogLoggedIn(IPAddress address);

    [LoggerMessage(LogLevel.Warning, "Login from {Address} refused, {Count} in a row")]
    private partial void LogRefused(IPAddress address, int count);
}

/// <summary>What became of a login.</summary>
internal enum LoginResult
{
    Accepted,
    Refused,

    /// <summary>Too many failures from this address; not even looked at.</summary>
    LockedOut,
}
