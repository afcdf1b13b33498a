namespace WeComSync.Simulator.Customers;

public sealed partial class CustomerWorld
{
    private static readonly TimeSpan WelcomeLifetime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan SendingTakes = TimeSpan.FromSeconds(1);

    private readonly List<Welcome> _welcomes = [];
    private int _lastWelcome;

    /// <summary>Uses a welcome code up, as externalcontact/send_welcome_msg does.</summary>
    /// <param name="channel">Whose code it must be: <c>customers</c> or an application such as <c>app:1000002</c>.</param>
    /// <returns>
    /// 0; 41050: unknown or older than 20 s; 41051: a message was sent already; 41096: another one is sending right now.
    /// </returns>
    public int UseWelcome(string code, string channel)
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            ForgetOldWelcomes(now);
            if (_welcomes.Find(welcome => welcome.CodeFor(channel) == code) is not { } found)
                return 41050;
            if (found.UsedAt is { } used)
                return found.UsedBy != channel && now - used < SendingTakes ? 41096 : 41051;
            (found.UsedAt, found.UsedBy) = (now, channel);
            return 0;
        }
    }

    private Welcome NewWelcome(DateTimeOffset now)
    {
        ForgetOldWelcomes(now);
        var welcome = new Welcome(_seed, ++_lastWelcome, now);
        _welcomes.Add(welcome);
        return welcome;
    }

    private void ForgetOldWelcomes(DateTimeOffset now) => _welcomes.RemoveAll(welcome => now - welcome.MadeAt > WelcomeLifetime);
}
