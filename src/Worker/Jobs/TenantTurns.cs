namespace WeComSync.Worker.Jobs;

/// <summary>
/// How many of this process's workers each tenant has. A tenant whose jobs come in a heap (a schedule of seconds, a console that was
/// pressed again and again) gets its share; what is more comes again later, and the others are next meanwhile.
/// </summary>
internal sealed class TenantTurns(JobOptions options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<long, int> taken = [];

    /// <returns>Null if the tenant has its share already; to be disposed when the work is done.</returns>
    public IDisposable? TryTake(long tenantId)
    {
        lock (gate)
        {
            var count = taken.GetValueOrDefault(tenantId);
            if (count >= options.WorkersPerTenant)
            {
                return null;
            }

            taken[tenantId] = count + 1;
            return new Turn(this, tenantId);
        }
    }

    private void Return(long tenantId)
    {
        lock (gate)
        {
            if (--taken[tenantId] == 0)
            {
                taken.Remove(tenantId);
            }
        }
    }

    private sealed class Turn(TenantTurns turns, long tenantId) : IDisposable
    {
        private int disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
            {
                turns.Return(tenantId);
            }
        }
    }
}
