using System.Collections.Concurrent;

namespace WeComSync.Simulator.Corps;

/// <summary>All tokens that were given out.</summary>
internal sealed class TokenBook
{
    // Long enough that a client which comes back late is still told "expired" rather than "never heard of".
    private static readonly TimeSpan KeptAfterExpiry = TimeSpan.FromHours(24);

    private readonly ConcurrentDictionary<string, Token> _tokens = new();
    private readonly ConcurrentDictionary<Credential, Token> _latest = new();
    private readonly Lock _gate = new();
    private DateTimeOffset _forgetAt;

    public Token? Find(string text) => _tokens.GetValueOrDefault(text);

    /// <returns>The token, and whether it was given out before.</returns>
    public (Token Token, bool IsRepeated) Issue(Credential credential, DateTimeOffset now)
    {
        lock (_gate)
        {
            var settings = credential.Corp.Settings;
            var latest = _latest.GetValueOrDefault(credential);
            if (latest is { IsDead: false } && latest.ExpiresAt > now)
            {
                if (settings.RepeatsToken)
                    return (latest, true);
                if (settings.NewTokenKillsOld)
                    latest.Kill(40014);
            }
            ForgetOld(now);
            var token = new Token(Secrets.Unguessable(settings.TokenLength), credential, now + settings.TokenLifetime);
            _tokens[token.Text] = token;
            _latest[credential] = token;
            return (token, false);
        }
    }

    public void Kill(Predicate<Credential> whose, int code)
    {
        foreach (var token in _tokens.Values)
            if (!token.IsDead && whose(token.Credential))
                token.Kill(code);
    }

    private void ForgetOld(DateTimeOffset now)
    {
        if (now < _forgetAt)
            return;
        _forgetAt = now + TimeSpan.FromHours(1);
        foreach (var (text, token) in _tokens)
            if (token.ExpiresAt + KeptAfterExpiry < now)
                _tokens.TryRemove(text, out _);
    }
}
