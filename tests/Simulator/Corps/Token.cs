namespace WeComSync.Simulator.Corps;

/// <summary>An access token of one credential.</summary>
internal sealed class Token(string text, Credential credential, DateTimeOffset expiresAt)
{
    private int _deathCode;
    private int _calls;

    public string Text { get; } = text;
    public Credential Credential { get; } = credential;
    public DateTimeOffset ExpiresAt { get; } = expiresAt;

    public bool IsDead => Volatile.Read(ref _deathCode) != 0;

    /// <param name="code">What calls with it are answered from now on: 40014 or 42001.</param>
    public void Kill(int code) => Volatile.Write(ref _deathCode, code);

    /// <summary>Counts a call.</summary>
    /// <returns>0, or why the token is no good.</returns>
    public int Use(DateTimeOffset now)
    {
        if (Volatile.Read(ref _deathCode) is var code and not 0)
            return code;
        var settings = Credential.Corp.Settings;
        if (now >= ExpiresAt)
            return settings.ExpiredTokenCode;
        var calls = Interlocked.Increment(ref _calls);
        if (settings.CallsPerToken == 0 || calls <= settings.CallsPerToken)
            return 0;
        Kill(settings.ExpiredTokenCode);
        return settings.ExpiredTokenCode;
    }
}
