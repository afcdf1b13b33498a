namespace WeComSync.Worker.WeCom.Limits;

/// <summary>The right to one call, held until its answer is read.</summary>
internal sealed class ApiPass(ApiGate gate) : IDisposable
{
    private int disposed;

    public void Accept() => gate.AcceptOne();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            gate.Slots.Leave();
        }
    }
}
