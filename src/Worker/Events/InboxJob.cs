using Npgsql;
using WeComSync.Domain.Inbox;

namespace WeComSync.Worker.Events;

/// <summary>The job that stored events make.</summary>
internal sealed class InboxJob(EventDrain drain, NpgsqlDataSource dataSource) : IInboxJob
{
    public async Task DrainAsync(long tenantId, CancellationToken ct)
    {
        await InboxJobs.BeginDrainAsync(dataSource, tenantId, ct);
        await drain.RunAsync(tenantId, ct);
    }
}
