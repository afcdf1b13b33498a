using Hangfire.Server;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Runs;

namespace WeComSync.Worker.Events;

/// <summary>Applies one event that failed before, alone.</summary>
internal sealed class EventJob(EventClaims claims, EventApplier applier, EventDrain drain, EventMetrics metrics) : IEventJob
{
    public async Task<string> ApplyAsync(long tenantId, long eventId, string kind, string? subject, PerformContext? job, CancellationToken ct)
    {
        var tenant = await drain.FindTenantAsync(tenantId, ct);
        await using var claim = await claims.TakeOneAsync(tenantId, eventId, ct);
        if (claim.Events is not [var claimed])
        {
            return "it came to its end before, or another process works on it";
        }

        if (EventDrain.ObstacleOf(tenant) is { } obstacle)
        {
            // Leaving puts it back among those that wait; the try does not count.
            return obstacle;
        }

        if (claimed.Tries > IEventJob.MaxTries)
        {
            throw await ParkAsync(claim, eventId, EventTexts.DiedOften.With(), ct);
        }

        var result = await applier.ApplyAsync(tenant!, claim, claim.Events, ct);
        if (result.Failures.TryGetValue(eventId, out var failure))
        {
            if (failure.IsOwn && claimed.Tries >= IEventJob.MaxTries)
            {
                throw await ParkAsync(claim, eventId, failure.Why, ct);
            }

            await claims.FailAsync(claim, claimed, failure, ct);
            metrics.Count(EventState.Failed, 1);
            throw new EventFailedException(failure.Why);
        }

        return result.Outcome switch
        {
            ClaimOutcome.Stopped => "the tenant was stopped; the event waits",
            ClaimOutcome.Away => "WeCom cannot be asked now; the event waits",
            _ => "applied",
        };
    }

    private async Task<JobParkedException> ParkAsync(Claim claim, long eventId, string why, CancellationToken ct)
    {
        await claims.EndAsync(claim, [eventId], EventState.Parked, why, null, ct);
        metrics.Count(EventState.Parked, 1);
        return new JobParkedException($"Given up after {IEventJob.MaxTries} tries: {why} "
            + "It is tried again by itself when a later event or a whole sync has read its object well, or another release runs; to try now, press Requeue or use 'events replay'.");
    }
}

/// <summary>An event failed; its job tries again.</summary>
internal sealed class EventFailedException(string why) : Exception(why);
