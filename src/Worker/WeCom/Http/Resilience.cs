using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace WeComSync.Worker.WeCom.Http;

/// <summary>Polly's pipelines for calls to WeCom: a time-out for each try, and further tries after passing faults.</summary>
internal sealed class Resilience
{
    private static readonly ResiliencePropertyKey<TimeSpan> TimeoutKey = new("timeout");

    private readonly ResiliencePipeline timeouts;
    private readonly ResiliencePipeline retries;
    private readonly TimeSpan retryDelay;
    private readonly TimeProvider clock;

    public Resilience(IOptions<WeComOptions> options, TimeProvider clock)
    {
        this.clock = clock;
        Retries = options.Value.Retries;
        retryDelay = options.Value.RetryDelay;
        timeouts = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddTimeout(new TimeoutStrategyOptions
            {
                TimeoutGenerator = arguments => new(arguments.Context.Properties.GetValue(TimeoutKey, options.Value.TryTimeout)),
            })
            .Build();

        var builder = new ResiliencePipelineBuilder { TimeProvider = clock };
        if (Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = retryDelay,
                ShouldHandle = new PredicateBuilder().Handle<WeComException>(failed => failed.Class == WeComErrorClass.Retry),
            });
        }

        retries = builder.Build();
    }

    /// <summary>Tries after the first one.</summary>
    public int Retries { get; }

    /// <exception cref="TimeoutException">The work took too long; it was cancelled.</exception>
    public async Task<T> WithTimeoutAsync<T>(TimeSpan timeout, Func<CancellationToken, Task<T>> work, CancellationToken ct)
    {
        var context = ResilienceContextPool.Shared.Get(ct);
        context.Properties.Set(TimeoutKey, timeout);
        try
        {
            return await timeouts.ExecuteAsync(async inner => await work(inner.CancellationToken), context);
        }
        catch (TimeoutRejectedException)
        {
            throw new TimeoutException();
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Does the work again after failures of class <see cref="WeComErrorClass.Retry"/>, with growing waits.</summary>
    public async Task<T> WithRetriesAsync<T>(Func<CancellationToken, ValueTask<T>> work, CancellationToken ct)
    {
        try
        {
            return await retries.ExecuteAsync(work, ct);
        }
        catch (WeComException failed) when (failed.Class == WeComErrorClass.Retry)
        {
            throw GiveUp(failed);
        }
    }

    /// <summary>The failure of the last try, which says how many there were.</summary>
    public WeComException GiveUp(WeComException failed) =>
        failed.As(WeComErrorClass.Retry, $"{failed.Reason}, {(Retries == 0 ? "at the only try" : $"also at the last of {Retries + 1} tries")}", failed.Action);

    /// <summary>The wait before the next try of something that no pipeline can hold, such as a stream.</summary>
    /// <param name="failures">How often it failed so far.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task DelayAsync(int failures, CancellationToken ct) => Task.Delay(Backoff(failures), clock, ct);

    /// <summary>Doubles with each failure, up to 30 s, with jitter.</summary>
    public TimeSpan Backoff(int failures) =>
        TimeSpan.FromTicks((long)(Math.Min((retryDelay * Math.Pow(2, Math.Max(0, failures - 1))).Ticks, TimeSpan.FromSeconds(30).Ticks)
            * (0.75 + (Random.Shared.NextDouble() / 2))));
}
