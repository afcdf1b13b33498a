namespace WeComSync.Worker.WeCom.Tokens;

/// <summary>What this process remembers of one credential's token, and whose turn it is to fetch one.</summary>
internal sealed class TokenSlot(TimeProvider clock) : IDisposable
{
    /// <summary>How long memory is believed without a look into the database, where another process may have put a new secret or token.</summary>
    private static readonly TimeSpan TrustMemory = TimeSpan.FromSeconds(5);

    private volatile Seen? seen;
    private volatile Refusal? refusal;
    private long events;

    /// <summary>Held from looking for a token until it is remembered, and while one is forgotten.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>The token, if it is still good and was looked at a moment ago.</summary>
    public IssuedToken? Trusted =>
        seen is { } last && clock.GetElapsedTime(last.At) < TrustMemory && last.Token.IsGoodAt(clock.GetUtcNow()) ? last.Token : null;

    public void Remember(IssuedToken token)
    {
        seen = new Seen(token, clock.GetTimestamp());
        refusal = null;
    }

    public void Forget(IssuedToken token)
    {
        if (seen?.Token.ProtectedText == token.ProtectedText)
        {
            seen = null;
        }
    }

    public void Refuse(TenantSecret secret, WeComException answer) => refusal = new Refusal(secret.AttemptHash, answer, Interlocked.Increment(ref events));

    /// <summary>Draws a number on arrival, before waiting for the <see cref="Turn"/>.</summary>
    public long Arrive() => Interlocked.Increment(ref events);

    /// <summary>
    /// Whoever waited while the secret was refused shares that answer: WeCom bans the source address of who keeps trying.
    /// Whoever comes later may try again, since a person may have mended it.
    /// </summary>
    public void ThrowIfRefusedSince(long arrival, TenantSecret secret)
    {
        if (refusal is { } last && last.At > arrival && last.SecretHash.AsSpan().SequenceEqual(secret.AttemptHash))
        {
            throw last.Answer.As(last.Answer.Class, last.Answer.Reason, last.Answer.Action);
        }
    }

    public void Dispose() => Turn.Dispose();

    private sealed record Seen(IssuedToken Token, long At);

    private sealed record Refusal(byte[] SecretHash, WeComException Answer, long At);
}
