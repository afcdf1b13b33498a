using System.Collections.Concurrent;
using System.Threading.Channels;

namespace WeComSync.Simulator.Callbacks;

/// <summary>Delivers in the order of arrival, so many at once, each until it is acknowledged or out of tries.</summary>
internal sealed class CallbackQueue : IAsyncDisposable
{
    private readonly CallbackPost _post;
    private readonly TimeProvider _time;
    private readonly Func<CallbackSettings> _settings;
    private readonly Outstanding _outstanding;
    private readonly CancellationToken _stopping;
    private readonly ConcurrentQueue<CallbackCopy> _ready = new();
    // Holds one signal at most: a second one would say nothing new.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task _delivering;
    private volatile bool _isPaused;
    private int _underWay;

    public CallbackQueue(
        CallbackPost post, TimeProvider time, Func<CallbackSettings> settings, Outstanding outstanding, CancellationToken stopping)
    {
        _post = post;
        _time = time;
        _settings = settings;
        _outstanding = outstanding;
        _stopping = stopping;
        _delivering = Task.Run(DeliverAsync, CancellationToken.None);
    }

    public bool IsPaused => _isPaused;

    public void Pause(bool pause)
    {
        _isPaused = pause;
        Wake();
    }

    public void Add(CallbackCopy delivery)
    {
        if (delivery.Delay > TimeSpan.Zero)
            _ = AddLaterAsync(delivery, delivery.Delay);
        else
            Enter(delivery);
    }

    /// <summary>To be called when something changed that decides how many may be under way.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    public async ValueTask DisposeAsync() => await _delivering;

    private void Enter(CallbackCopy delivery)
    {
        _ready.Enqueue(delivery);
        Wake();
    }

    private async Task AddLaterAsync(CallbackCopy delivery, TimeSpan delay)
    {
        await Task.Delay(delay, _stopping);
        Enter(delivery);
    }

    private async Task DeliverAsync()
    {
        try
        {
            while (true)
            {
                await _wake.Reader.ReadAsync(_stopping);
                while (!_isPaused && Volatile.Read(ref _underWay) < _settings().Concurrency && _ready.TryDequeue(out var delivery))
                {
                    Interlocked.Increment(ref _underWay);
                    _ = TryAsync(delivery);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The simulator stops: what was not sent never will be.
        }
    }

    private async Task TryAsync(CallbackCopy delivery)
    {
        var settings = _settings();
        var request = delivery.Request(_time.GetUtcNow(), settings.SealsEachTry);
        var done = await _post.SendAsync(request, settings.Timeout, _stopping);
        delivery.Tried++;
        var isLast = done.IsAcknowledged || delivery.Tried >= settings.Tries;
        delivery.Record.Note(done, isLast);
        Interlocked.Decrement(ref _underWay);
        Wake();
        if (isLast)
            _outstanding.End();
        else if (settings.RetryAfter > TimeSpan.Zero)
            await AddLaterAsync(delivery, settings.RetryAfter);
        else
            Enter(delivery);
    }
}

/// <summary>One copy of an event on its way.</summary>
internal sealed class CallbackCopy(CallbackRecord record, TimeSpan delay)
{
    private SealedCallback? _sealed;

    public CallbackRecord Record => record;

    public TimeSpan Delay => delay;

    public int Tried { get; set; }

    public SealedCallback Request(DateTimeOffset now, bool anew) => _sealed = anew || _sealed is null ? record.Seal(now) : _sealed;
}
