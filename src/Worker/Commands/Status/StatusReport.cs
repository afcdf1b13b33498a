using WeComSync.Domain.Runs;

namespace WeComSync.Worker.Commands.Status;

/// <summary>What <c>status</c> shows: what waits, what is due, what runs, what waits for a person.</summary>
/// <param name="Jobs">Null as long as the job tables do not exist.</param>
/// <param name="Schedules">The schedules that tenants chose.</param>
/// <param name="Running">Runs that say they are at work.</param>
/// <param name="Held">Runs whose removals a person must approve or discard.</param>
/// <param name="Callbacks">Every tenant that ever had an event.</param>
/// <param name="CustomersResting">Tenants whose customers cannot be read for now.</param>
internal sealed record StatusReport(
    JobsStatus? Jobs, IReadOnlyList<ScheduleStatus> Schedules, IReadOnlyList<RunningStatus> Running, IReadOnlyList<HeldStatus> Held,
    IReadOnlyList<CallbackStatus> Callbacks, IReadOnlyList<CustomerRestStatus> CustomersResting);

/// <summary>The job server's tables.</summary>
/// <param name="Queues">Every queue that has a job.</param>
/// <param name="Failed">Jobs that gave up and wait for a person.</param>
/// <param name="Scheduled">Jobs that wait for a time, most of them for their next try.</param>
internal sealed record JobsStatus(IReadOnlyList<QueueStatus> Queues, long Failed, long Scheduled);

/// <summary>One queue.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="Waiting">Jobs that nobody has taken.</param>
/// <param name="Taken">Jobs that a server works on, or worked on when it died.</param>
internal sealed record QueueStatus(string Queue, long Waiting, long Taken);

/// <summary>A schedule that a tenant chose.</summary>
/// <param name="Tenant">The tenant's key.</param>
/// <param name="Kind">What is read.</param>
/// <param name="Cron">Quartz cron expression in <paramref name="TimeZone"/>.</param>
/// <param name="TimeZone">The tenant's time zone.</param>
/// <param name="NextDue">Null while the tenant is disabled or stopped, or if it never comes due.</param>
internal sealed record ScheduleStatus(string Tenant, SyncKind Kind, string Cron, string TimeZone, DateTimeOffset? NextDue);

/// <summary>A run at work.</summary>
/// <param name="Tenant">The tenant's key.</param>
/// <param name="Phase">What it does now.</param>
/// <param name="Owner">Host and process.</param>
/// <param name="HeartbeatAt">Its last sign of life: an old one means a dead run, which the next one takes over.</param>
/// <param name="Expected">How many people it expects; 0 while unknown.</param>
/// <param name="Run">The run with its counts so far.</param>
internal sealed record RunningStatus(string Tenant, string Phase, string Owner, DateTimeOffset HeartbeatAt, int Expected, RunOverview Run);

/// <summary>A run whose removals are held.</summary>
/// <param name="Tenant">The tenant's key.</param>
/// <param name="Run">Goes after <c>--approve</c>.</param>
/// <param name="Kind">What the run read.</param>
/// <param name="StartedAt">When.</param>
/// <param name="Removals">How many rows of each kind are held.</param>
internal sealed record HeldStatus(string Tenant, long Run, SyncKind Kind, DateTimeOffset StartedAt, IReadOnlyDictionary<string, int> Removals);

/// <summary>What becomes of a tenant's events.</summary>
/// <param name="Tenant">The tenant's key.</param>
/// <param name="Waiting">Events that were not tried yet, or wait until the tenant goes on.</param>
/// <param name="WaitingSince">When the oldest of them was received; null if none waits.</param>
/// <param name="Failed">Events that are tried again by jobs of their own.</param>
/// <param name="Parked">Events that were given up until a later event or a whole sync has read their objects well, or another release runs; <c>events replay</c> tries them now.</param>
/// <param name="LastReceivedAt">When the newest event came.</param>
/// <param name="LagSeconds">From receipt to the mirror, the median of the last hundred events; null if none of them was applied.</param>
internal sealed record CallbackStatus(
    string Tenant, long Waiting, DateTimeOffset? WaitingSince, long Failed, long Parked, DateTimeOffset LastReceivedAt, double? LagSeconds);

/// <summary>Customers that are not pulled, because WeCom does not give them and nothing is broken.</summary>
/// <param name="Tenant">The tenant's key.</param>
/// <param name="Since">When that was first found.</param>
/// <param name="LookedAt">When it was last looked at.</param>
/// <param name="Code">WeCom's errcode, if one is the reason.</param>
/// <param name="Reason">Why.</param>
/// <param name="Action">What to do if customers are wanted.</param>
internal sealed record CustomerRestStatus(string Tenant, DateTimeOffset Since, DateTimeOffset LookedAt, int? Code, string Reason, string Action);
