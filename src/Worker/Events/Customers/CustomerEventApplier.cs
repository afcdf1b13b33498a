using Npgsql;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Customers;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Events.Customers;

/// <summary>Applies what events tell of customers, corp tags and group chats.</summary>
internal sealed partial class CustomerEventApplier(
    CustomerClient client, CustomerNotices notices, HalvingMerge halving, TenantStops stops, NpgsqlDataSource dataSource,
    StagingConnections connections, TimeProvider clock,
    ILogger<CustomerEventApplier> logger)
{
    /// <param name="tenant">With its settings.</param>
    /// <param name="claim">Says whose events they are.</param>
    /// <param name="events">To apply.</param>
    /// <param name="failures">Receives why single events failed.</param>
    /// <param name="ct">Stops at the next safe point.</param>
    public async Task<ClaimOutcome> ApplyAsync(
        Tenant tenant, Claim claim, IReadOnlyList<CustomerEvent> events, Dictionary<long, EventFailure> failures, CancellationToken ct)
    {
        await notices.KeepAsync(claim, events, ct);
        events = await MarkUnknownAsync(tenant.Id, events, ct);
        CustomerAnswers answers;
        var calls = new ApiCallCounter();
        try
        {
            var caller = new WeComCaller(tenant.Id, tenant.CorpId, Channel.Customers) { Counter = calls };
            answers = await new CustomerEventReader(client, caller, clock, claim.ClockOffset).ReadAsync(events, ct);
        }
        catch (WeComException stop) when (stop.Class == WeComErrorClass.StopTenant)
        {
            await stops.StopAsync(tenant.Id, stop, ct);
            LogStopped(tenant.Key, stop.Message);
            return ClaimOutcome.Stopped;
        }
        catch (WeComException away)
        {
            LogAway(tenant.Key, away.Message);
            return ClaimOutcome.Away;
        }

        await using var connection = await connections.OpenAsync(ct);
        var known = await KnownChat.ReadAsync(connection, tenant.Id, events, ct);
        var answered = new List<CustomerEvent>();
        foreach (var told in events)
        {
            if (CustomerPatience.WhyWait(told, events, answers, known) is { } why)
            {
                failures.Add(told.Id, why);
            }
            else
            {
                answered.Add(told);
            }
        }

        var stage = new CustomerStage(connection, claim.ClockOffset);
        await stage.PrepareAsync(ct);
        var merge = new CustomerEventMerge(stage, claim);
        await halving.RunAsync(answered, some => merge.RunAsync(some, answers, ct), claim, failures, ct);
        LogApplied(tenant.Key, answered.Count, calls.Count, failures.Count);
        return ClaimOutcome.Done;
    }

    /// <summary>Where the mirror lacks the relation that a customer ended, WeCom must say what it was.</summary>
    private async Task<IReadOnlyList<CustomerEvent>> MarkUnknownAsync(long tenantId, IReadOnlyList<CustomerEvent> events, CancellationToken ct)
    {
        var ends = events.Where(e => e.Kind == CustomerEventKind.DeletedByCustomer).ToList();
        if (ends.Count == 0)
        {
            return events;
        }

        await using var connection = await dataSource.OpenConnectionAsync(ct);
        var state = await CustomerState.ReadAsync(connection, tenantId, ends, ct);
        return [.. events.Select(e => e.Kind == CustomerEventKind.DeletedByCustomer
            ? e with { IsOfUnknown = state.Find(CustomerState.Key(e.UserId, e.ExternalUserId)) is not { Live: true } } : e)];
    }

    [LoggerMessage(LogLevel.Information, "Tenant {Tenant}: {Count} events of customers applied with {Calls} API calls, {Failed} failed")]
    private partial void LogApplied(string tenant, int count, int calls, int failed);

    [LoggerMessage(LogLevel.Warning, "Tenant {Tenant} is stopped and its events wait. {Reason}")]
    private partial void LogStopped(string tenant, string reason);

    [LoggerMessage(LogLevel.Warning, "Tenant {Tenant}: WeCom cannot be asked for customers now; the events wait. {Reason}")]
    private partial void LogAway(string tenant, string reason);
}
