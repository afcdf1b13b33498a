namespace WeComSync.Worker.WeCom.Limits;

/// <summary>How many calls may be in flight at once: fewer after each 45033, more again after many good answers.</summary>
internal sealed class CallSlots
{
    /// <summary>Good answers in a row before one more call may be in flight.</summary>
    private const int GoodAnswersToGrow = 50;

    private readonly Lock gate = new();
    private readonly int most;
    private readonly Queue<TaskCompletionSource> waiting = new();
    private int taken;
    private int good;

    /// <param name="most">What is never exceeded.</param>
    /// <param name="found">What another process found to be bearable; null to begin with the most.</param>
    public CallSlots(int most, int? found = null)
    {
        this.most = most;
        Open = Math.Clamp(found ?? most, 1, most);
    }

    /// <summary>How many may be in flight now.</summary>
    public int Open { get; private set; }

    /// <summary>Waits for its turn. Each entry needs one <see cref="Leave"/>.</summary>
    public async Task EnterAsync(CancellationToken ct)
    {
        TaskCompletionSource turn;
        lock (gate)
        {
            if (taken < Open)
            {
                taken++;
                return;
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(turn);
        }

        await using (ct.UnsafeRegister(static (source, token) => ((TaskCompletionSource)source!).TrySetCanceled(token), turn))
        {
            await turn.Task;
        }
    }

    public void Leave()
    {
        lock (gate)
        {
            taken--;
            Admit();
        }
    }

    /// <summary>WeCom found the calls too many: half of them from now on, at least one.</summary>
    public void Halve()
    {
        lock (gate)
        {
            Open = Math.Max(1, Open / 2);
            good = 0;
        }
    }

    public void AcceptOne()
    {
        lock (gate)
        {
            if (Open < most && ++good >= GoodAnswersToGrow)
            {
                good = 0;
                Open++;
                Admit();
            }
        }
    }

    private void Admit()
    {
        while (taken < Open && waiting.TryDequeue(out var next))
        {
            if (next.TrySetResult())
            {
                taken++;
            }
        }
    }
}
