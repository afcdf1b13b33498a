using Npgsql;
using WeComSync.Worker.Storage;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Events;

/// <summary>Merges events all at once; where the data are refused, halves show whose fault it is.</summary>
internal sealed partial class HalvingMerge(EventMetrics metrics, TimeProvider clock, ILogger<HalvingMerge> logger)
{
    /// <param name="events">To be merged and ended together.</param>
    /// <param name="merge">Does it, in one transaction.</param>
    /// <param name="claim">Whose events they are.</param>
    /// <param name="failures">Receives why single events failed.</param>
    /// <param name="ct">Stops the merge.</param>
    public async Task RunAsync<T>(
        IReadOnlyList<T> events, Func<IReadOnlyList<T>, Task> merge, Claim claim, Dictionary<long, EventFailure> failures, CancellationToken ct)
        where T : ToldEvent
    {
        if (events.Count == 0)
        {
            return;
        }

        try
        {
            await merge(events);
            var now = clock.SteadyNow() + claim.ClockOffset;
            metrics.Applied(events.Select(e => now - e.ReceivedAt), events.Count);
        }
        catch (Exception fault) when (IsOfData(fault))
        {
            LogRefused(fault, claim.TenantId, events.Count);
            if (events.Count == 1)
            {
                failures.Add(events[0].Id, EventFailure.Own(Words(fault)));
                return;
            }

            await RunAsync([.. events.Take(events.Count / 2)], merge, claim, failures, ct);
            await RunAsync([.. events.Skip(events.Count / 2)], merge, claim, failures, ct);
        }
    }

    /// <summary>A lost database or claim is nobody's fault, nor is a wait that ended, or WeCom.</summary>
    private static bool IsOfData(Exception fault) => fault switch
    {
        PostgresException { SqlState: var state } => state.StartsWith("22", StringComparison.Ordinal) || state.StartsWith("23", StringComparison.Ordinal),
        NpgsqlException or WeComException or ClaimLostException or OperationCanceledException or ObjectDisposedException => false,
        _ => true,
    };

    private static string Words(Exception fault) => fault switch
    {
        // The text of an error may quote a person's data.
        PostgresException refused => EventTexts.RowRefused.With($"{refused.SqlState}, {refused.TableName} {refused.ConstraintName ?? refused.ColumnName}"),
        _ => EventTexts.OurMistake.With(fault.GetType().Name),
    };

    [LoggerMessage(LogLevel.Error, "Tenant {TenantId}: a merge of {Count} events was refused; halves are tried")]
    private partial void LogRefused(Exception fault, long tenantId, int count);
}
