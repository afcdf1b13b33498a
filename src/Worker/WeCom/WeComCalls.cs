using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using WeComSync.Worker.WeCom.Http;
using WeComSync.Worker.WeCom.Json;
using WeComSync.Worker.WeCom.Limits;
using WeComSync.Worker.WeCom.Tokens;

namespace WeComSync.Worker.WeCom;

/// <summary>What all endpoints have in common: the token, one new token when WeCom refuses it, and patience with WeCom's limits.</summary>
internal sealed partial class WeComCalls(
    WeComSender sender, AccessTokens tokens, ApiGates gates, Resilience resilience, IOptions<WeComOptions> options, TimeProvider clock,
    ILogger<WeComCalls> logger)
{
    /// <summary>One call whose reply fits into memory.</summary>
    /// <returns>The reply, and when the request was sent that it answers.</returns>
    public Task<(TReply Reply, DateTimeOffset At)> AskAsync<TReply>(
        WeComCaller caller, WeComRequest request, JsonTypeInfo<TReply> type, CancellationToken ct)
        where TReply : class, IReply =>
        SendAsync(caller, request, async (response, cancel) => (await ReplyReader.ReadAsync(response, type, cancel), response.RequestedAt), ct);

    /// <summary>One call; <paramref name="read"/> takes over the answer and disposes it.</summary>
    /// <exception cref="WeComException">Of any class but <see cref="WeComErrorClass.RefreshToken"/>.</exception>
    public async Task<T> SendAsync<T>(
        WeComCaller caller, WeComRequest request, Func<WeComResponse, CancellationToken, ValueTask<T>> read, CancellationToken ct)
    {
        var refreshed = false;
        var waited = TimeSpan.Zero;
        var waits = 0;
        while (true)
        {
            IssuedToken? token = null;
            try
            {
                token = await tokens.GetAsync(caller, ct);
                return await sender.SendAsync(caller, request, token.Value, read, ct);
            }
            catch (WeComException refusal) when (token is not null && !refreshed && MayBeStale(refusal))
            {
                refreshed = true;
                LogRefused(caller.TenantId, request.Endpoint, refusal.ErrCode);
                await tokens.InvalidateAsync(caller, token, ct);
            }
            catch (WeComException refusal) when (refusal.Class == WeComErrorClass.RefreshToken)
            {
                // Not the secret's fault, or gettoken had said so; asking on would only burn the quota.
                throw refusal.As(WeComErrorClass.Retry, $"{refusal.Reason}, although the token was fetched a moment ago",
                    "Nothing to do if it passes; if it lasts, check that the secret belongs to this corp and application.");
            }
            catch (WeComException refusal) when (refusal.Class == WeComErrorClass.Throttle)
            {
                var wait = WaitAfter(caller, refusal, ++waits);
                if (waited + wait > (caller.Patience ?? options.Value.ThrottlePatience))
                {
                    throw refusal.As(WeComErrorClass.Throttle,
                        $"{refusal.Reason}; next call in {wait.TotalSeconds:0} s, which is longer than WeCom:ThrottlePatience allows", refusal.Action);
                }

                LogThrottled(caller.TenantId, refusal.Endpoint, refusal.ErrCode, wait);
                waited += wait;
                await Task.Delay(wait, clock, ct);
            }
        }
    }

    /// <summary>
    /// 40001 is meant for bad secrets, but some report it for stale tokens; asking for a token once tells which,
    /// since gettoken gives none for a bad secret.
    /// </summary>
    private static bool MayBeStale(WeComException refusal) =>
        refusal.Class == WeComErrorClass.RefreshToken || refusal.ErrCode == WeComErrors.InvalidSecret;

    private TimeSpan WaitAfter(WeComCaller caller, WeComException refusal, int waits)
    {
        if (refusal.ErrCode == WeComErrors.TooManyAtOnce)
        {
            return resilience.Backoff(waits);
        }

        // A little more than the block, and not the same for all who wait.
        var block = gates.For(caller.CorpId, refusal.Endpoint).BlockedFor;
        return block + (block * (Random.Shared.NextDouble() / 20)) + TimeSpan.FromMilliseconds(1);
    }

    [LoggerMessage(LogLevel.Information, "Tenant {TenantId}: {Endpoint} refused the access token ({Code}); fetching a new one")]
    private partial void LogRefused(long tenantId, string endpoint, int? code);

    [LoggerMessage(LogLevel.Warning, "Tenant {TenantId}: {Endpoint} is over WeCom's limits ({Code}); waiting {Wait}")]
    private partial void LogThrottled(long tenantId, string endpoint, int? code, TimeSpan wait);
}
