using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>Reads one customer now and tells step by step what WeCom says, what the mirror had and what changed.</summary>
internal sealed class CustomerLookup(
    SyncRuns runs, CustomerClient client, NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, RunEnding ending)
{
    /// <param name="tenantId">Whose customer.</param>
    /// <param name="externalUserId">Who.</param>
    /// <param name="request">What asked for it.</param>
    /// <param name="say">Called with each step, in plain words.</param>
    /// <param name="ct">Asks it to stop at the next safe point.</param>
    /// <exception cref="RunInProgressException">Another process reads this tenant's customers.</exception>
    public async Task<SyncReport> RunAsync(long tenantId, string externalUserId, SyncRequest request, Action<string> say, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var tenant = await db.Tenants.AsNoTracking().Include(t => t.Settings).SingleAsync(t => t.Id == tenantId, ct);
        if (tenant.State == TenantState.Stopped)
        {
            return RunEnding.AlreadyStopped(tenant);
        }

        await using var session = await runs.BeginAsync(tenantId, SyncKind.OneObject, MirrorPart.Customers, request.Trigger, request.DryRun, ct);
        ending.LogStart(tenant, session.Run);
        var started = Stopwatch.GetTimestamp();
        var calls = new ApiCallCounter();
        SyncReport report;
        try
        {
            var pull = new PullSession(session, tenant, CustomerCaller.Of(tenant, calls), request, dataSource);
            await LookAsync(pull, externalUserId, say, session.Token);
            session.Enter("done");
            report = CustomerSync.ReportOf(pull, SyncKind.OneObject, request.DryRun, Stopwatch.GetElapsedTime(started), calls);
            if (!await SyncRuns.CloseAsync(session.Connection, session.Run, report, session.Token))
            {
                throw new RunSupersededException();
            }
        }
        catch (Exception failure) when (RunFailures.ReportOf(failure, session, ct) is { } failed)
        {
            report = failed with { RunId = session.Run.Id, Duration = Stopwatch.GetElapsedTime(started), ApiCalls = calls.Count, DryRun = request.DryRun };
            await ending.CloseAsync(tenant, session.Run, failure, report);
        }

        ending.Log(tenant, report);
        return report;
    }

    private async Task LookAsync(PullSession pull, string externalUserId, Action<string> say, CancellationToken ct)
    {
        var stage = await pull.OpenStageAsync(ct);
        await using var connection = stage.Connection;
        var known = await connection.TextsAsync("""
            SELECT user_id FROM mirror.follows WHERE tenant_id = $1 AND external_user_id = $2 AND removed_at IS NULL ORDER BY 1
            """, [pull.Tenant.Id, externalUserId], ct);
        say(known.Count == 0 ? "Mirror: nobody follows this customer." : $"Mirror: followed by {string.Join(", ", known)}.");

        pull.Run.Enter("get");
        WeComCustomer? customer = null;
        try
        {
            customer = await client.GetCustomerAsync(pull.Caller, externalUserId, ct);
            say($"WeCom: a {(customer.Contact.Type == 2 ? "WeCom user of another corp" : "WeChat user")}, "
                + $"{(customer.Contact.Unionid is null ? "without" : "with")} unionid, followed by {Names(customer.Follows.Select(f => f.UserId))}.");
        }
        catch (WeComException absent) when (absent.ErrCode is WeComErrors.NoRelation)
        {
            say("WeCom: 84061, nobody follows this customer: the members deleted him, or one has not confirmed him yet.");
        }
        catch (WeComException absent) when (absent.ErrCode is WeComErrors.NotOurCustomer)
        {
            say("WeCom: 40096, not a customer of this corp, or followed only by members whom the application does not see.");
        }

        pull.Run.Enter("list");
        var askedAt = pull.Run.DatabaseNow;
        foreach (var userId in known.Where(u => customer?.Follows.Any(f => string.Equals(f.UserId, u, StringComparison.OrdinalIgnoreCase)) != true))
        {
            await AskMemberAsync(pull, stage, userId, externalUserId, askedAt, say, ct);
        }

        if (customer is not null)
        {
            await stage.CopyCustomersAsync([(customer.Contact, customer.FetchedAt)], ct);
            await stage.CopyFollowsAsync(
                customer.Follows.DistinctBy(f => f.UserId.ToLowerInvariant())
                    .Select(f => new StagedFollow(f.UserId, externalUserId, f, customer.FetchedAt)), ct);
        }

        await MergeAsync(pull, stage, say, ct);
    }

    /// <summary>A member whom WeCom no longer names may be out of sight; his own list tells.</summary>
    private async Task AskMemberAsync(
        PullSession pull, CustomerStage stage, string userId, string externalUserId, DateTimeOffset askedAt, Action<string> say, CancellationToken ct)
    {
        try
        {
            if ((await client.ListCustomersAsync(pull.Caller, userId, ct)).Contains(externalUserId, StringComparer.Ordinal))
            {
                say($"{userId}: still has the customer in his list; the relation stays.");
                return;
            }

            say($"{userId}: no longer has the customer in his list; the relation is removed.");
            await stage.Connection.ExecuteAsync(
                "INSERT INTO gone_follows (user_id, external_user_id, removed_reason, fetched_at) VALUES ($1, $2, 'missing', $3)", [userId, externalUserId, askedAt], ct);
        }
        catch (WeComException refused) when (CustomerFacts.IsOfOne(refused))
        {
            say($"{userId}: cannot be asked, the relation stays. {refused.Message}");
        }
    }

    private static async Task MergeAsync(PullSession pull, CustomerStage stage, Action<string> say, CancellationToken ct)
    {
        pull.Run.Enter("merge");
        await pull.MergeAsync(
            stage,
            async merge =>
            {
                await CustomerDerivation.CompareReadAsync(merge, ct);
                await merge.RemoveKnownAsync(CustomerTables.Follows, "SELECT * FROM gone_follows", ct);
                await merge.CompareAsync(CustomerTables.FollowMarks, ct);
                await CustomerDerivation.HideUnfollowedAsync(merge, ct);
            },
            checkpoint: null,
            ct);
        var changes = pull.DryRun
            ? [.. pull.Facts.Planned.Select(p => $"{p.Op} {p.Entity} {p.Key} {string.Join(", ", p.Fields.Select(f => f.Field))}")]
            : await stage.Connection.TextsAsync("""
                SELECT concat_ws(' ', op, entity, key, array_to_string(fields, ', ')) FROM mirror.changes
                WHERE tenant_id = $1 AND cause = $2 ORDER BY seq
                """, [pull.Tenant.Id, $"run:{pull.Run.Run.Id}"], ct);
        foreach (var change in changes)
        {
            say(change.TrimEnd());
        }

        say(changes.Count == 0 ? "The mirror had it all already." : pull.DryRun ? "Nothing was written: this is a dry run." : "Written to the mirror.");
    }

    private static string Names(IEnumerable<string> userIds) => string.Join(", ", userIds) is { Length: > 0 } names ? names : "nobody in sight";
}
