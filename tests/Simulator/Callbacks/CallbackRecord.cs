using System.Text.Json.Serialization;

namespace WeComSync.Simulator.Callbacks;

/// <summary>One event and what became of it.</summary>
public sealed class CallbackRecord
{
    private readonly Lock _gate = new();
    private readonly CallbackEvent _event;
    private readonly string _corpId;
    private readonly List<CallbackTry> _tries = [];
    private DateTimeOffset _createTime;
    private int _copiesLeft;

    internal CallbackRecord(long id, string corpId, CallbackEvent callbackEvent, CallbackTarget target, DateTimeOffset at, int copies)
    {
        Id = id;
        _corpId = corpId;
        _event = callbackEvent;
        Target = target;
        _createTime = at;
        Copies = _copiesLeft = copies;
        State = copies == 0 ? CallbackState.Dropped : CallbackState.Waiting;
    }

    /// <summary>In the order in which things happened, from 1.</summary>
    public long Id { get; }

    public string ChangeType => _event.ChangeType;

    public DateTimeOffset CreateTime
    {
        get
        {
            lock (_gate)
                return _createTime;
        }
    }

    /// <summary>The text before encryption.</summary>
    public string Xml => _event.ToXml(_corpId, CreateTime);

    /// <summary>As <see cref="WeComCallbackCrypto.Digest"/> of <see cref="Xml"/>. Events with the same text have the same.</summary>
    public string Digest => WeComCallbackCrypto.Digest(Xml);

    public CallbackState State { get; private set; }

    /// <summary>How many times it is sent, each with tries of its own. 0: never.</summary>
    public int Copies { get; }

    public DateTimeOffset? FirstTryAt => Tries is [var first, ..] ? first.At : null;

    public DateTimeOffset? LastTryAt => Tries is [.., var last] ? last.At : null;

    /// <summary>Of all copies, in the order of their ends.</summary>
    public IReadOnlyList<CallbackTry> Tries
    {
        get
        {
            lock (_gate)
                return [.. _tries];
        }
    }

    internal CallbackTarget Target { get; }

    /// <summary>Before its first try only.</summary>
    internal void Restamp(DateTimeOffset at)
    {
        lock (_gate)
            _createTime = at;
    }

    internal SealedCallback Seal(DateTimeOffset now) => Target.Seal(_corpId, Xml, now);

    internal void Note(CallbackTry done, bool isLast)
    {
        lock (_gate)
        {
            _tries.Add(done);
            if (isLast)
                _copiesLeft--;
            if (done.IsAcknowledged)
                State = CallbackState.Acknowledged;
            else if (_copiesLeft == 0 && State == CallbackState.Waiting)
                State = CallbackState.Lost;
        }
    }
}

public enum CallbackState
{
    /// <summary>Not sent yet, or to be tried again.</summary>
    Waiting,
    /// <summary>At least one try was answered 200.</summary>
    Acknowledged,
    /// <summary>Every try of every copy failed.</summary>
    Lost,
    /// <summary>Never sent, by <see cref="CallbackFaults.DropProbability"/>.</summary>
    Dropped,
}

/// <param name="At">When it ended.</param>
/// <param name="Status">Null: no answer.</param>
/// <param name="Failure">Why there was no answer: <c>timeout</c>, or what the connection says.</param>
public sealed record CallbackTry(DateTimeOffset At, int? Status, string? Failure, double Milliseconds)
{
    [JsonIgnore]
    public bool IsAcknowledged => Status == 200;
}
