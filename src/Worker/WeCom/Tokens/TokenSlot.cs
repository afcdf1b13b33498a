namespace WeComSync.Worker.WeCom.Tokens;

/// <summary>What this process remembers of one credential's token, and whose turn it is to fetch one.</summary>
internal sealed class TokenSlot(TimeProvider clock) : IDisposable
{
    /// <summary>How long memory is believed without a look into the database, where another process may have put a new secret or token.</summary>
    private static readonly TimeSpan TrustMemory = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a refused secret is refused without asking again, for calls that were under way together:
    /// WeCom bans the source address of who keeps trying.
    /// </summary>
    private static readonly TimeSpan RememberRefusal = TimeSpan.FromSeconds(5);

    private volatile Seen? seen;
    private volatile Refusal? refusal;

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
        if (seen is { } last && last.Token.ProtectedText == token.ProtectedText)
        {
            Interlocked.CompareExchange(ref seen, null, last);
        }
    }

    public void Refuse(TenantSecret secret, WeComException answer) => refusal = new Refusal(secret.Hash, answer, clock.GetTimestamp());

    public void ThrowIfRefused(TenantSecret secret)
    {
        if (refusal is { } last && clock.GetElapsedTime(last.At) < RememberRefusal && last.SecretHash.AsSpan().SequenceEqual(secret.Hash))
        {
            throw last.Answer.As(last.Answer.Class, last.Answer.Reason, last.Answer.Action);
        }
    }

    public void Dispose() => Turn.Dispose();

    private sealed record Seen(IssuedToken Token, long At);

    private sealed record Refusal(byte[] SecretHash, WeComException Answer, long At);
}
