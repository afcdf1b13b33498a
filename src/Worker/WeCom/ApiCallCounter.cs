namespace WeComSync.Worker.WeCom;

/// <summary>Counts the HTTP tries of one run: retried calls and token requests count each time they are sent.</summary>
internal sealed class ApiCallCounter
{
    private int sent;

    public int Count => Volatile.Read(ref sent);

    public void Add() => Interlocked.Increment(ref sent);
}
