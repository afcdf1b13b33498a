using System.Collections.Concurrent;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WeCom.Tokens;

/// <summary>
/// The access tokens of all tenants: kept in memory and, for all processes, in <c>control.access_tokens</c>;
/// fetched by one process at a time.
/// </summary>
internal sealed partial class AccessTokens(
    TenantSecrets secrets, TokenStore store, TokenEndpoint endpoint, TimeProvider clock, ILogger<AccessTokens> logger) : IDisposable
{
    private readonly ConcurrentDictionary<(long TenantId, Channel Credential), TokenSlot> slots = new();

    /// <summary>A fetch holds a database connection; so many may at once, so that a hanging WeCom does not take them all.</summary>
    private readonly SemaphoreSlim fetching = new(8);

    /// <exception cref="WeComException">No secret, a refused one, or WeCom cannot be reached.</exception>
    public async Task<IssuedToken> GetAsync(WeComCaller caller, CancellationToken ct)
    {
        var slot = SlotOf(caller);
        if (slot.Trusted is { } trusted)
        {
            return trusted;
        }

        var arrival = slot.Arrive();
        await slot.Turn.WaitAsync(ct);
        try
        {
            if (slot.Trusted is { } renewed)
            {
                return renewed;
            }

            var secret = await secrets.FindAsync(caller, ct);
            slot.ThrowIfRefusedSince(arrival, secret);
            var token = await store.FindAsync(caller.TenantId, secret, ct) ?? await FetchAsync(caller, secret, slot, force: false, ct);
            slot.Remember(token);
            return token;
        }
        finally
        {
            slot.Turn.Release();
        }
    }

    /// <summary>Asks WeCom for a token although a good one may be at hand: shows whether the stored secret is good now.</summary>
    /// <exception cref="WeComException">No secret, a refused one, or WeCom cannot be reached.</exception>
    public async Task RenewAsync(WeComCaller caller, CancellationToken ct)
    {
        var slot = SlotOf(caller);
        await slot.Turn.WaitAsync(ct);
        try
        {
            var secret = await secrets.FindAsync(caller, ct);
            slot.Remember(await FetchAsync(caller, secret, slot, force: true, ct));
        }
        finally
        {
            slot.Turn.Release();
        }
    }

    /// <summary>
    /// Forgets a token that WeCom refused, here and for all processes, unless it was replaced meanwhile:
    /// fifty calls that fail with one token lead to one new token. Afterwards <see cref="GetAsync"/> never answers this one again.
    /// </summary>
    public async Task InvalidateAsync(WeComCaller caller, IssuedToken refused, CancellationToken ct)
    {
        await store.DeleteAsync(caller.TenantId, refused, ct);

        // Whoever has the turn may have read the row before it was deleted, and remembers it when done.
        var slot = SlotOf(caller);
        await slot.Turn.WaitAsync(ct);
        slot.Forget(refused);
        slot.Turn.Release();
    }

    public void Dispose()
    {
        fetching.Dispose();
        foreach (var slot in slots.Values)
        {
            slot.Dispose();
        }
    }

    private TokenSlot SlotOf(WeComCaller caller) => slots.GetOrAdd((caller.TenantId, caller.Credential), _ => new TokenSlot(clock));

    private async Task<IssuedToken> FetchAsync(WeComCaller caller, TenantSecret secret, TokenSlot slot, bool force, CancellationToken ct)
    {
        await fetching.WaitAsync(ct);
        try
        {
            return await store.ReplaceAsync(caller.TenantId, secret, force, async cancel =>
            {
                var fetched = await endpoint.FetchAsync(caller, secret.Value, cancel);
                LogFetched(caller.TenantId, EnumText.Of(secret.Channel), fetched.Life);
                return fetched;
            }, ct);
        }
        catch (WeComException refusal) when (refusal.Class == WeComErrorClass.StopTenant)
        {
            slot.Refuse(secret, refusal);
            throw;
        }
        finally
        {
            fetching.Release();
        }
    }

    [LoggerMessage(LogLevel.Information, "Tenant {TenantId}: new access token for {Channel}, good for {Life}")]
    private partial void LogFetched(long tenantId, string channel, TimeSpan life);
}
