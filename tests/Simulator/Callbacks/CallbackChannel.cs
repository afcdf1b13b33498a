using System.Security.Cryptography;
using System.Threading.Channels;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Callbacks;

/// <summary>
/// Tells one event server of a company what happens there. A change becomes events, faults decide what happens to them on the
/// way, and the queue delivers them.
/// </summary>
public sealed class CallbackChannel : IAsyncDisposable
{
    private readonly string _corpId;
    private readonly EventsOfChange _eventsOf;
    private readonly TimeProvider _time;
    private readonly CallbackPost _post;
    private readonly CallbackQueue _queue;
    private readonly Outstanding _outstanding = new();
    private readonly Channel<Noted?> _noted = Channel.CreateUnbounded<Noted?>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<CallbackCopy> _held = [];
    private readonly Task _telling;
    private volatile CallbackTarget? _target;
    private volatile CallbackSettings _settings = new();
    private volatile FaultDice _dice = new(new CallbackFaults());

    /// <param name="eventsOf">Which events are sent for a change, if any.</param>
    internal CallbackChannel(string corpId, CallbackPost post, TimeProvider time, EventsOfChange eventsOf)
    {
        _corpId = corpId;
        _eventsOf = eventsOf;
        _time = time;
        _post = post;
        _queue = new CallbackQueue(post, time, () => _settings, _outstanding, _stopping.Token);
        _telling = Task.Run(TellAsync, CancellationToken.None);
    }

    /// <summary>Null: none was entered, so nothing is told.</summary>
    public CallbackTarget? Target => _target;

    public CallbackSettings Settings
    {
        get => _settings;
        set
        {
            value.Validate();
            _settings = value;
            _queue.Wake();
        }
    }

    /// <summary>Setting them starts the chances anew and lets gathered events go.</summary>
    public CallbackFaults Faults
    {
        get => _dice.Faults;
        set
        {
            value.Validate();
            _dice = new FaultDice(value);
            Release();
        }
    }

    public CallbackLog Log { get; } = new();

    /// <summary>What is under way: changes not told yet, copies waiting, and those being sent.</summary>
    public long Unfinished => _outstanding.Count;

    public bool IsPaused => _queue.IsPaused;

    /// <summary>From now on nothing is sent; what happens is kept for later.</summary>
    public void Pause() => _queue.Pause(true);

    public void Resume() => _queue.Pause(false);

    /// <summary>Lets the events go that faults are gathering.</summary>
    public void Release()
    {
        _outstanding.Begin();
        _noted.Writer.TryWrite(null);
    }

    /// <summary>Waits until everything that happened before is acknowledged, lost or dropped.</summary>
    public Task WhenIdleAsync(CancellationToken ct) => _outstanding.WhenNoneAsync(ct);

    /// <param name="target">Null: nothing is told any more.</param>
    /// <param name="verify">Check the URL first, as WeCom's console does.</param>
    /// <exception cref="WorldRuleException">40057: the URL did not pass the check, and the former target stays.</exception>
    /// <exception cref="ArgumentException">The console would not take these settings at all.</exception>
    public async Task SetTargetAsync(CallbackTarget? target, bool verify, CancellationToken ct)
    {
        target?.Validate();
        if (target is not null && verify)
        {
            var echo = RandomNumberGenerator.GetString("0123456789", 19);
            var address = target.Check(_corpId, echo, _time.GetUtcNow());
            if (await _post.CheckAsync(address, echo, _settings.CheckTimeout, ct) is { } wrong)
                throw new WorldRuleException(40057, $"The callback URL of {_corpId} did not pass the check: {wrong}.");
        }
        _target = target;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _telling;
        await _queue.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>To be called when something happened, in the order in which things happen.</summary>
    internal void Note(WorldChange change)
    {
        if (_target is not { } target)
            return;
        _outstanding.Begin();
        _noted.Writer.TryWrite(new Noted(change, target));
    }

    private async Task TellAsync()
    {
        while (await NextAsync())
        {
            while (_noted.Reader.TryRead(out var noted))
            {
                if (noted is null)
                    LetGo();
                else
                    Tell(noted);
                _outstanding.End();
            }
        }
    }

    /// <returns>False: the simulator stops.</returns>
    private async Task<bool> NextAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        if (_held.Count > 0)
            patience.CancelAfter(_dice.Faults.LongestHold);
        try
        {
            return await _noted.Reader.WaitToReadAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            LetGo();
            return !_stopping.IsCancellationRequested;
        }
    }

    private void Tell(Noted noted)
    {
        var dice = _dice;
        foreach (var callbackEvent in _eventsOf(noted.Change, noted.Target, _settings))
        {
            var copies = dice.Copies();
            var record = Log.Add(id => new CallbackRecord(id, _corpId, callbackEvent, noted.Target, noted.Change.At, copies));
            for (var copy = 0; copy < copies; copy++)
            {
                _outstanding.Begin();
                _held.Add(new CallbackCopy(record, dice.Delay()));
            }
            if (_held.Count >= dice.Faults.Window)
                LetGo();
        }
    }

    private void LetGo()
    {
        var dice = _dice;
        if (dice.Faults.BurstSize > 0)
        {
            var now = _time.GetUtcNow();
            foreach (var delivery in _held)
                delivery.Record.Restamp(now);
        }
        var leaving = _held.ToArray();
        _held.Clear();
        if (dice.Faults.ReorderWindow > 0)
            dice.Shuffle(leaving);
        foreach (var delivery in leaving)
            _queue.Add(delivery);
    }

    private sealed record Noted(WorldChange Change, CallbackTarget Target);
}

internal delegate IEnumerable<CallbackEvent> EventsOfChange(WorldChange change, CallbackTarget target, CallbackSettings settings);
