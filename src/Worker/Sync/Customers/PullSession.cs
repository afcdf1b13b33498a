using System.Collections.Concurrent;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>What all parts of one pull share, and the one way in which a part of it is merged.</summary>
internal sealed class PullSession(
    RunSession run, Tenant tenant, WeComCaller caller, SyncRequest request, List<string> steps, StagingConnections connections)
{
    public RunSession Run => run;

    public Tenant Tenant => tenant;

    public WeComCaller Caller => caller;

    public bool DryRun => request.DryRun;

    /// <summary>What was done, in plain words; only where a single customer was asked for.</summary>
    public List<string> Steps => steps;

    /// <summary>Whether an earlier run began this pull.</summary>
    public bool Resumed { get; set; }

    public RemovalGuard Guard { get; } = new(tenant.MaxRemoved, tenant.MaxRemovedPercent);

    public CustomerFacts Facts { get; } = new();

    public UnnamedTags UnnamedTags { get; } = new();

    /// <summary>Of a dry run: relations that it did not see. Others keep them in <c>control.unseen_follows</c>.</summary>
    public ConcurrentBag<(string UserId, string ExternalUserId, DateTimeOffset ListedAt)> Unseen { get; } = [];

    /// <summary>A stage of its own, for one task.</summary>
    public async Task<CustomerStage> OpenStageAsync(CancellationToken ct)
    {
        var connection = await connections.OpenAsync(ct);
        try
        {
            var stage = new CustomerStage(connection, run.ClockOffset);
            await stage.PrepareAsync(ct);
            // On a first pull the mirror was filled a moment ago too: without statistics the planner would join row by row.
            await connection.ExecuteAsync("SET enable_nestloop = off", [], ct);
            return stage;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Merges what is staged, in one transaction with the note of how far the pull got.</summary>
    /// <param name="stage">What to merge.</param>
    /// <param name="prepare">Compares.</param>
    /// <param name="checkpoint">Notes it, inside the transaction; a dry run does not.</param>
    /// <param name="ct">Stops the merge; nothing is written then.</param>
    public async Task MergeAsync(CustomerStage stage, Func<Merge, Task> prepare, Func<Merge, Task>? checkpoint, CancellationToken ct)
    {
        await using var merge = await Merge.BeginAsync(
            stage.Connection, tenant.Id, run.Run.Part, run.Run.Fence, $"run:{run.Run.Id}", ct);
        await prepare(merge);
        if (DryRun)
        {
            await ShareCustomersAsync(stage, merge, ct);
        }

        if (DryRun || request.Object is not null)
        {
            await merge.PlanAsync(request.MostPlanned, Facts.Plan, ct);
        }

        if (DryRun)
        {
            await merge.CountAsync(ct);
            Facts.Count(merge.Counts);
            return;
        }

        await merge.ApplyAsync(run.Run.Id, ct);
        if (checkpoint is not null)
        {
            await checkpoint(merge);
        }

        // Last, since the run's row is wanted by its heartbeat too; one merge at a time comes here.
        Facts.Count(merge.Counts);
        await SyncRuns.SetCountsAsync(stage.Connection, run.Run, Facts.Counts, ct);
        // From here on a stop comes too late: the commit is one message.
        await merge.CommitAsync(CancellationToken.None);
    }

    /// <summary>What other parts would have written by now: a dry run's plan must not name it twice, nor judge without it.</summary>
    private async Task ShareCustomersAsync(CustomerStage stage, Merge merge, CancellationToken ct)
    {
        if (merge.Compared.Contains(CustomerTables.Customers))
        {
            var planned = Facts.PlannedBefore(await stage.Connection.TextsAsync("SELECT external_user_id FROM difference_customers", [], ct));
            await using var forget = merge.Command("DELETE FROM difference_customers WHERE external_user_id = ANY($1)");
            forget.Add((object)planned.ToArray());
            await forget.ExecuteNonQueryAsync(ct);
        }

        if (merge.Compared.Contains(CustomerTables.Follows))
        {
            Facts.Follow(await stage.Connection.TextsAsync(
                "SELECT DISTINCT external_user_id FROM difference_follows WHERE op IN ('created', 'restored', 'changed') AND visible", [], ct));
        }

        if (merge.Compared.Contains(CustomerTables.CustomerMarks))
        {
            await using var show = merge.Command("""
                WITH unstaged AS (DELETE FROM stage_customers_beside WHERE external_user_id = ANY($1))
                DELETE FROM difference_customers_beside WHERE external_user_id = ANY($1)
                """);
            show.Add((object)Facts.NewlyFollowed.ToArray());
            await show.ExecuteNonQueryAsync(ct);
        }
    }
}
