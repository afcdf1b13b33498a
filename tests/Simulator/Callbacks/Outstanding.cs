namespace WeComSync.Simulator.Callbacks;

/// <summary>Counts what is begun and not ended.</summary>
internal sealed class Outstanding
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _none = new();
    private long _count;

    public Outstanding() => _none.SetResult();

    public long Count => Interlocked.Read(ref _count);

    public void Begin()
    {
        lock (_gate)
        {
            if (_count++ == 0)
                _none = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void End()
    {
        lock (_gate)
        {
            if (--_count == 0)
                _none.SetResult();
        }
    }

    public Task WhenNoneAsync(CancellationToken ct)
    {
        lock (_gate)
            return _none.Task.WaitAsync(ct);
    }
}
