using System.Security.Cryptography;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Events.Customers;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Directory;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Events;

/// <summary>Applies claimed events: read, fold, ask WeCom, merge. What fails is named, and does not keep the others.</summary>
internal sealed partial class EventApplier(
    EventClaims claims, WeComClient client, CustomerEventApplier customers, HalvingMerge halving, TenantStops stops, StagingConnections connections,
    SecretProtector protector, EventMetrics metrics, TimeProvider clock, ILogger<EventApplier> logger)
{
    /// <summary>Applies a claim. Events at their end are closed in it; the others stay open.</summary>
    /// <param name="tenant">With its settings.</param>
    /// <param name="claim">Says whose they are.</param>
    /// <param name="chosen">What to apply of it.</param>
    /// <param name="ct">Stops at the next safe point; what is not applied then is given back with the claim.</param>
    public async Task<ClaimResult> ApplyAsync(Tenant tenant, Claim claim, IReadOnlyList<ClaimedEvent> chosen, CancellationToken ct)
    {
        var failures = new Dictionary<long, EventFailure>();
        var (contacts, ofCustomers) = await ReadAsync(claim, chosen, failures, ct);
        // Customers first: a new one waits for a greeting.
        var outcome = ofCustomers.Count == 0 ? ClaimOutcome.Done : await customers.ApplyAsync(tenant, claim, ofCustomers, failures, ct);
        return outcome != ClaimOutcome.Done || contacts.Count == 0
            ? new ClaimResult(outcome, failures)
            : await ApplyContactsAsync(tenant, claim, contacts, failures, ct);
    }

    private async Task<ClaimResult> ApplyContactsAsync(
        Tenant tenant, Claim claim, List<ContactEvent> events, Dictionary<long, EventFailure> failures, CancellationToken ct)
    {
        await using var connection = await connections.OpenAsync(ct);
        var stage = new EventStage(connection, claim.ClockOffset);
        var merge = new ContactMerge(connection, stage, claim);
        var calls = new ApiCallCounter();
        try
        {
            var hints = ContactHints.Fold(events);
            var state = await ContactState.ReadAsync(connection, tenant.Id, hints, ct);
            var reader = new ContactReader(client, DirectoryCallers.Of(tenant, calls), clock, claim.ClockOffset);
            var truth = await reader.ReadAsync(hints, state, ct);
            var answered = events.Where(e => FailureOf(e, truth) is not { } why || !failures.TryAdd(e.Id, why)).ToList();
            await halving.RunAsync(answered, MergeAsync, claim, failures, ct);
            LogApplied(tenant.Key, answered.Count, calls.Count, failures.Count);
            return new ClaimResult(ClaimOutcome.Done, failures);

            async Task MergeAsync(IReadOnlyList<ContactEvent> some)
            {
                try
                {
                    await merge.RunAsync(some, truth, ct);
                }
                catch (VisibleUnknownException)
                {
                    await reader.ReadVisibleAsync(truth, ct);
                    await merge.RunAsync(some, truth, ct);
                }
            }
        }
        catch (WeComException stop) when (stop.Class == WeComErrorClass.StopTenant)
        {
            await stops.StopAsync(tenant.Id, stop, ct);
            LogStopped(tenant.Key, stop.Message);
            return new ClaimResult(ClaimOutcome.Stopped, failures);
        }
        catch (NoCredentialException missing)
        {
            // The tenant has customers' credentials only.
            events.ForEach(e => failures.Add(e.Id, EventFailure.Own($"{missing.Message} {missing.Action}")));
            return new ClaimResult(ClaimOutcome.Done, failures);
        }
        catch (WeComException away)
        {
            LogAway(tenant.Key, away.Message);
            return new ClaimResult(ClaimOutcome.Away, failures);
        }
    }

    /// <summary>Whether an event gives somebody another id: that is nowhere else to be learned.</summary>
    public bool IsRename(long tenantId, ClaimedEvent claimed) =>
        claimed.Payload is not null && ContactEvent.ChangeOf(claimed) == ContactChange.UpdateUser
        && Open(tenantId, claimed, elements => ContactEvent.Read(claimed, ContactChange.UpdateUser, elements)).Event is not { NewUserId: null };

    /// <summary>Sorts out what is no change of the directory, and opens the rest.</summary>
    private async Task<(List<ContactEvent> Contacts, List<CustomerEvent> Customers)> ReadAsync(
        Claim claim, IReadOnlyList<ClaimedEvent> chosen, Dictionary<long, EventFailure> failures, CancellationToken ct)
    {
        var events = new List<ContactEvent>();
        var ofCustomers = new List<CustomerEvent>();
        var ignored = new List<long>();
        foreach (var claimed in chosen)
        {
            EventFailure? why = null;
            if (ContactEvent.ChangeOf(claimed) is { } change)
            {
                (var found, why) = Open(claim.TenantId, claimed, elements => ContactEvent.Read(claimed, change, elements));
                events.AddRange(found is null ? [] : [found]);
            }
            else if (CustomerEvent.KindOf(claimed) is { } kind)
            {
                (var found, why) = Open(claim.TenantId, claimed, elements => CustomerEvent.Read(claimed, kind, elements));
                ofCustomers.AddRange(found is null ? [] : [found]);
            }
            else
            {
                ignored.Add(claimed.Id);
            }

            if (why is not null)
            {
                failures.Add(claimed.Id, why);
            }
        }

        await claims.EndAsync(
            claim, ignored, EventState.Ignored, EventTexts.NoHandler.With(), null, ct);
        metrics.Count(EventState.Ignored, ignored.Count);
        return (events, ofCustomers);
    }

    private (T? Event, EventFailure? Why) Open<T>(long tenantId, ClaimedEvent claimed, Func<IReadOnlyDictionary<string, string>, T> read)
        where T : ToldEvent
    {
        if (claimed.Payload is null)
        {
            return (null, EventFailure.Own(EventTexts.PayloadGone.With()));
        }

        try
        {
            var message = protector.Unprotect(tenantId, SecretFields.CallbackPayload, claimed.Payload);
            return EventMessage.Read(message) is { } elements ? (read(elements), null) : (null, EventFailure.Own(EventTexts.Unreadable.With()));
        }
        catch (CryptographicException)
        {
            return (null, new EventFailure(EventTexts.PayloadClosed.With(), IsOwn: false));
        }
        catch (Exception odd) when (odd is FormatException or OverflowException)
        {
            return (null, EventFailure.Own(odd.Message));
        }
    }

    private static EventFailure? FailureOf(ContactEvent told, ContactTruth truth)
    {
        var failure = told.Change switch
        {
            ContactChange.UpdateTag => truth.Tags.GetValueOrDefault(told.ObjectId)?.Failure,
            ContactChange.CreateParty or ContactChange.UpdateParty or ContactChange.DeleteParty =>
                truth.Departments.GetValueOrDefault(told.ObjectId)?.Failure,
            _ => truth.Users.GetValueOrDefault(ContactHints.Key(told.UserId))?.Failure
                ?? (told.NewUserId is { } renamed ? truth.Users.GetValueOrDefault(ContactHints.Key(renamed))?.Failure : null),
        };
        return failure is null ? null : EventFailure.Of(failure);
    }

    [LoggerMessage(LogLevel.Information, "Tenant {Tenant}: {Count} events applied with {Calls} API calls, {Failed} failed")]
    private partial void LogApplied(string tenant, int count, int calls, int failed);

    [LoggerMessage(LogLevel.Warning, "Tenant {Tenant} is stopped and its events wait. {Reason}")]
    private partial void LogStopped(string tenant, string reason);

    [LoggerMessage(LogLevel.Warning, "Tenant {Tenant}: WeCom cannot be asked now; the events wait. {Reason}")]
    private partial void LogAway(string tenant, string reason);
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
internal sealed record ClaimResult(ClaimOutcome Outcome, IReadOnlyDictionary<long, EventFailure> Failures);
