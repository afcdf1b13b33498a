using System.Security.Cryptography;
using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Directory;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Events;

/// <summary>Applies claimed events: read, fold, ask WeCom, merge. What fails is named, and does not keep the others.</summary>
internal sealed partial class EventApplier(
    EventClaims claims, WeComClient client, TenantStops stops, NpgsqlDataSource dataSource, SecretProtector protector, EventMetrics metrics,
    TimeProvider clock, ILogger<EventApplier> logger)
{
    /// <summary>Applies a claim. Events at their end are closed in it; the others stay open.</summary>
    /// <param name="tenant">With its settings.</param>
    /// <param name="claim">Says whose they are.</param>
    /// <param name="chosen">What to apply of it.</param>
    /// <param name="ct">Stops at the next safe point; what is not applied then is given back with the claim.</param>
    public async Task<ClaimResult> ApplyAsync(Tenant tenant, Claim claim, IReadOnlyList<ClaimedEvent> chosen, CancellationToken ct)
    {
        var failures = new Dictionary<long, string>();
        var events = await ReadAsync(claim, chosen, failures, ct);
        if (events.Count == 0)
        {
            return new ClaimResult(ClaimOutcome.Done, failures);
        }

        await using var connection = await dataSource.OpenConnectionAsync(ct);
        var stage = new EventStage(connection, claim.ClockOffset);
        await stage.CreateAsync(ct);
        ContactTruth truth;
        var calls = new ApiCallCounter();
        try
        {
            var hints = ContactHints.Fold(events);
            var state = await ContactState.ReadAsync(connection, tenant.Id, hints, ct);
            truth = await new ContactReader(client, DirectoryCallers.Of(tenant, calls), clock, claim.ClockOffset).ReadAsync(hints, state, ct);
        }
        catch (WeComException stop) when (stop.Class == WeComErrorClass.StopTenant)
        {
            await stops.StopAsync(tenant.Id, stop, ct);
            LogStopped(tenant.Key, stop.Message);
            return new ClaimResult(ClaimOutcome.Stopped, failures);
        }
        catch (WeComException away)
        {
            LogAway(tenant.Key, away.Message);
            return new ClaimResult(ClaimOutcome.Away, failures);
        }

        var answered = events.Where(e => FailureOf(e, truth) is not { } why || !failures.TryAdd(e.Id, why)).ToList();
        await MergeAsync(new ContactMerge(connection, stage, claim), answered, truth, claim, failures, ct);
        LogApplied(tenant.Key, answered.Count, calls.Count, failures.Count);
        return new ClaimResult(ClaimOutcome.Done, failures);
    }

    /// <summary>Whether an event gives somebody another id: that is nowhere else to be learned.</summary>
    public bool IsRename(long tenantId, ClaimedEvent claimed) =>
        claimed.Payload is not null && ContactEvent.ChangeOf(claimed) == ContactChange.UpdateUser
        && Open(tenantId, claimed, ContactChange.UpdateUser).Event is not { NewUserId: null };

    /// <summary>Sorts out what is no change of the directory, and opens the rest.</summary>
    private async Task<List<ContactEvent>> ReadAsync(
        Claim claim, IReadOnlyList<ClaimedEvent> chosen, Dictionary<long, string> failures, CancellationToken ct)
    {
        var events = new List<ContactEvent>();
        var ignored = new List<long>();
        foreach (var claimed in chosen)
        {
            if (ContactEvent.ChangeOf(claimed) is not { } change)
            {
                ignored.Add(claimed.Id);
            }
            else if (Open(claim.TenantId, claimed, change) is var (found, why) && found is not null)
            {
                events.Add(found);
            }
            else
            {
                failures.Add(claimed.Id, why!);
            }
        }

        await claims.EndAsync(
            claim, ignored, EventState.Ignored, "No handler yet for this kind of event; it is kept and can be replayed by a later release.", null, ct);
        metrics.Count(EventState.Ignored, ignored.Count);
        return events;
    }

    private (ContactEvent? Event, string? Why) Open(long tenantId, ClaimedEvent claimed, ContactChange change)
    {
        if (claimed.Payload is null)
        {
            return (null, "The payload's retention is over; only a sync can tell what the event hinted at.");
        }

        try
        {
            var message = protector.Unprotect(tenantId, SecretFields.CallbackPayload, claimed.Payload);
            return (ContactEvent.Read(claimed, change, EventPayload.Read(message)), null);
        }
        catch (CryptographicException)
        {
            return (null, "The stored payload does not open with this host's keys: check Secrets:CertificatePath.");
        }
        catch (Exception odd) when (odd is FormatException or OverflowException)
        {
            return (null, odd.Message);
        }
    }

    /// <summary>Merges all at once; where the data are refused, halves show whose fault it is.</summary>
    private async Task MergeAsync(
        ContactMerge merge, List<ContactEvent> events, ContactTruth truth, Claim claim, Dictionary<long, string> failures,
        CancellationToken ct)
    {
        if (events.Count == 0)
        {
            return;
        }

        try
        {
            await merge.RunAsync(events, truth, ct);
            var now = clock.GetUtcNow() + claim.ClockOffset;
            metrics.Applied(events.Select(e => now - e.ReceivedAt), events.Count);
        }
        catch (Exception fault) when (IsOfData(fault))
        {
            LogRefused(fault, claim.TenantId, events.Count);
            if (events.Count == 1)
            {
                failures.Add(events[0].Id, Words(fault));
                return;
            }

            await MergeAsync(merge, [.. events.Take(events.Count / 2)], truth, claim, failures, ct);
            await MergeAsync(merge, [.. events.Skip(events.Count / 2)], truth, claim, failures, ct);
        }
    }

    /// <summary>A lost database or claim is nobody's fault, and a wait that ended is not either.</summary>
    private static bool IsOfData(Exception fault) => fault switch
    {
        PostgresException { SqlState: var state } => state.StartsWith("22", StringComparison.Ordinal) || state.StartsWith("23", StringComparison.Ordinal),
        NpgsqlException or ClaimLostException or OperationCanceledException or ObjectDisposedException => false,
        _ => true,
    };

    private static string Words(Exception fault) => fault switch
    {
        // The text of an error may quote a person's data.
        PostgresException refused => $"PostgreSQL refused the row ({refused.SqlState}, {refused.TableName} {refused.ConstraintName ?? refused.ColumnName}).",
        _ => $"{fault.GetType().Name}: a mistake in WeComSync; the log has it.",
    };

    private static string? FailureOf(ContactEvent told, ContactTruth truth) => told.Change switch
    {
        ContactChange.UpdateTag => truth.Tags.GetValueOrDefault(told.ObjectId)?.Failure?.Message,
        ContactChange.CreateParty or ContactChange.UpdateParty or ContactChange.DeleteParty =>
            truth.Departments.GetValueOrDefault(told.ObjectId)?.Failure?.Message,
        _ => truth.Users.GetValueOrDefault(ContactHints.Key(told.UserId))?.Failure?.Message
            ?? (told.NewUserId is { } renamed ? truth.Users.GetValueOrDefault(ContactHints.Key(renamed))?.Failure?.Message : null),
    };

    [LoggerMessage(LogLevel.Information, "Tenant {Tenant}: {Count} events applied with {Calls} API calls, {Failed} failed")]
    private partial void LogApplied(string tenant, int count, int calls, int failed);

    [LoggerMessage(LogLevel.Warning, "Tenant {Tenant} is stopped and its events wait. {Reason}")]
    private partial void LogStopped(string tenant, string reason);

    [LoggerMessage(LogLevel.Warning, "Tenant {Tenant}: WeCom cannot be asked now; the events wait. {Reason}")]
    private partial void LogAway(string tenant, string reason);

    [LoggerMessage(LogLevel.Error, "Tenant {TenantId}: a merge of {Count} events was refused; halves are tried")]
    private partial void LogRefused(Exception fault, long tenantId, int count);
}

/// <summary>How applying a claim ended.</summary>
internal enum ClaimOutcome
{
    /// <summary>Every event was applied or failed by itself.</summary>
    Done,

    /// <summary>The tenant was stopped: a person must act.</summary>
    Stopped,

    /// <summary>WeCom is away or over its limits.</summary>
    Away,
}

/// <param name="Outcome">How it ended.</param>
/// <param name="Failures">Why single events failed, by their ids.</param>
internal sealed record ClaimResult(ClaimOutcome Outcome, IReadOnlyDictionary<long, string> Failures);
