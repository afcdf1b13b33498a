using Npgsql;
using Quartz;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Storage;

namespace WeComSync.Worker.Schedules;

/// <summary>Makes Quartz's triggers those that the tenants' schedules ask for. Any number of workers may do so at once.</summary>
internal sealed partial class TriggerReconciliation(
    ISchedulerFactory schedulers, TenantSchedules schedules, NpgsqlDataSource dataSource, DatabaseTime time, ILogger<TriggerReconciliation> logger)
{
    /// <summary>Triggers stored in one transaction, during which nothing fires.</summary>
    private const int Batch = 100;

    /// <summary>
    /// Quartz moves on what it missed within a minute, and clocks may be two minutes apart: a trigger whose time passed longer ago is
    /// held by nobody, as after an error between two of Quartz's own statements, and would never fire again.
    /// </summary>
    private static readonly TimeSpan Stuck = TimeSpan.FromMinutes(3);

    private readonly HashSet<TenantSchedule> reported = [];

    public async Task RunAsync(CancellationToken ct)
    {
        // One after another: the second finds nothing to do, where both at once would replace each other's triggers.
        await using var only = await SessionLock.TakeAsync(dataSource, AdvisoryLocks.TriggerReconciliation, ct);
        await time.LearnAsync(ct);

        var scheduler = await schedulers.GetScheduler(ct);
        var stored = await StoredAsync(scheduler, ct);
        var known = (await schedules.LoadAsync(ct)).ToLookup(IsZoneKnown);
        // What a trigger in a zone that is unknown here should be, only hosts that know it can say.
        var foreign = known[false].Select(schedule => schedule.Key).ToHashSet();
        var wanted = known[true].Where(HasFuture).ToDictionary(schedule => schedule.Key);

        var outdated = wanted.Values.Where(schedule => !stored.TryGetValue(schedule.Key, out var trigger) || trigger.Description != schedule.Description).ToList();
        foreach (var batch in outdated.Chunk(Batch))
        {
            await scheduler.ScheduleJob(Job(), batch.Select(Trigger).ToList(), ScheduleJobOptions.Replacing, ct);
        }

        var gone = stored.Keys.Where(key => !wanted.ContainsKey(key) && !foreign.Contains(key)).ToList();
        if (gone.Count > 0)
        {
            await scheduler.UnscheduleJobs(gone, ct);
        }

        var broken = stored.Values.Where(trigger => trigger.State == TriggerState.Error).Select(trigger => trigger.Key).ToList();
        if (broken.Count > 0)
        {
            await scheduler.ResetTriggersFromErrorState(broken, ct);
        }

        // Not replaced: what a schedule owes is counted from when its trigger was first set.
        var stuck = stored.Values.Where(IsStuck).Select(trigger => trigger.Key).Except(gone).ToList();
        if (stuck.Count > 0)
        {
            await scheduler.PauseTriggers(stuck, ct);
            await scheduler.ResumeTriggers(stuck, ct);
        }

        if (outdated.Count + gone.Count + broken.Count + stuck.Count > 0)
        {
            LogApplied(outdated.Count, gone.Count, broken.Count + stuck.Count, wanted.Count);
        }
    }

    /// <summary>Our triggers as Quartz has them.</summary>
    public static async Task<Dictionary<TriggerKey, TriggerHeader>> StoredAsync(IScheduler scheduler, CancellationToken ct)
    {
        var ours = new TriggerQuery { Group = GroupMatcher<TriggerKey>.GroupEquals(TenantSchedule.TriggerGroup), Take = PagedQuery.All };
        return (await scheduler.QueryTriggers(ours, ct)).Items.ToDictionary(trigger => trigger.Key);
    }

    /// <remarks>Nothing of ours pauses a trigger for longer than it takes to free it.</remarks>
    private bool IsStuck(TriggerHeader trigger) => trigger.State == TriggerState.Paused || trigger.NextFireTimeUtc < time.Now - Stuck;

    private bool IsZoneKnown(TenantSchedule schedule)
    {
        if (schedule.IsZoneKnown)
        {
            return true;
        }

        if (reported.Add(schedule))
        {
            LogZoneUnknown(schedule.TenantId, schedule.TimeZone, schedule.Kind);
        }

        return false;
    }

    /// <summary>Quartz refuses a whole batch for one trigger that never fires.</summary>
    private bool HasFuture(TenantSchedule schedule)
    {
        if (schedule.TryRead(out var due) && due.GetNextValidTimeAfter(time.Now) is not null)
        {
            return true;
        }

        if (reported.Add(schedule))
        {
            LogUnusable(schedule.TenantId, schedule.Kind, schedule.Cron);
        }

        return false;
    }

    private static IJobDetail Job() => JobBuilder.Create<EnqueueSync>().WithIdentity(EnqueueSync.Key).StoreDurably().Build();

    private ITrigger Trigger(TenantSchedule schedule) =>
        TriggerBuilder.Create()
            .WithIdentity(schedule.Key)
            .WithDescription(schedule.Description)
            .ForJob(EnqueueSync.Key)
            // By the clock that all workers share: one of the host's own that is ahead would put off all that is due until then.
            .StartAt(time.Now)
            .WithSchedule(CronScheduleBuilder.Create(schedule.Cron)
                .InTimeZone(TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone))
                .WithMisfireInstruction(CronTriggerMisfireInstruction.DoNothing))
            .Build();

    [LoggerMessage(LogLevel.Information, "Schedules: {Set} set, {Removed} removed, {Repaired} repaired; {Count} in all")]
    private partial void LogApplied(int set, int removed, int repaired, int count);

    [LoggerMessage(LogLevel.Warning,
        "Tenant {TenantId}: {Kind} sync has no schedule, because '{Cron}' is not understood or never comes. Correct it with 'tenants apply'")]
    private partial void LogUnusable(long tenantId, Domain.Runs.SyncKind kind, string cron);

    [LoggerMessage(LogLevel.Warning,
        "Tenant {TenantId}: this host does not know the time zone '{TimeZone}', so the schedule of its {Kind} sync is left to hosts that do. Update the system's time zone data (package tzdata) here")]
    private partial void LogZoneUnknown(long tenantId, string timeZone, Domain.Runs.SyncKind kind);
}
