using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>A pull of one tenant's customers: tags → members in chunks → group chats → what was not seen, each part merged by itself.</summary>
internal sealed class CustomerSync(
    SyncRuns runs, CustomerClient client, NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, RunEnding ending)
{
    /// <exception cref="RunInProgressException">Another process pulls this tenant's customers.</exception>
    public async Task<SyncReport> RunAsync(long tenantId, SyncRequest request, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var tenant = await db.Tenants.AsNoTracking().Include(t => t.Settings).SingleAsync(t => t.Id == tenantId, ct);
        if (tenant.State == TenantState.Stopped)
        {
            return RunEnding.AlreadyStopped(tenant);
        }

        await using var session = await runs.BeginAsync(tenantId, SyncKind.Customers, request.Trigger, request.DryRun, ct);
        ending.LogStart(tenant, session.Run);
        request.Started?.Invoke(session.Run);
        var started = Stopwatch.GetTimestamp();
        var calls = new ApiCallCounter();
        SyncReport report;
        try
        {
            var pull = new PullSession(session, tenant, CustomerCaller.Of(tenant, calls), request, dataSource);
            await PullAsync(pull, session.Token);
            session.Enter("done");
            report = ReportOf(pull, SyncKind.Customers, request.DryRun, Stopwatch.GetElapsedTime(started), calls);
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

    private async Task PullAsync(PullSession pull, CancellationToken ct)
    {
        var run = pull.Run.Run;
        var checkpoint = await PullCheckpoint.OpenAsync(pull, ct);
        pull.Resumed = checkpoint.Resumed;

        pull.Run.Enter("tags");
        await new CorpTagReader(client, pull).ReadAsync(ct);

        pull.Run.Enter("members");
        var members = (await client.ListFollowUsersAsync(pull.Caller, ct)).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (members.Count == 0)
        {
            throw new NoFollowUsersException();
        }

        var spelling = await SpellingAsync(pull, members, ct);
        var todo = members.Where(m => !checkpoint.Done.Contains(m)).ToList();
        run.Expected = members.Count;
        run.Read = members.Count - todo.Count;
        if (checkpoint.Resumed)
        {
            pull.Facts.Warn($"This run went on where the last one had stopped: {run.Read} of {members.Count} members had been read.");
        }

        await new FollowReader(client, pull, checkpoint, spelling).ReadAsync(todo, ct);

        pull.Run.Enter("chats");
        await new ChatReader(client, pull).ReadAsync(members, checkpoint.ChatsAfter, ct);

        pull.Run.Enter("settle");
        await new PullSettlement(client, pull, id => spelling.GetValueOrDefault(id, id)).RunAsync(ct);
    }

    /// <summary>Members keep the spelling under which the mirror's directory knows them.</summary>
    private static async Task<IReadOnlyDictionary<string, string>> SpellingAsync(PullSession pull, List<string> members, CancellationToken ct)
    {
        var spelling = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var userId in members.Concat(await pull.Run.Connection.TextsAsync(
            "SELECT user_id FROM mirror.users WHERE tenant_id = $1 AND lower(user_id) = ANY($2)",
            [pull.Tenant.Id, members.Select(m => m.ToLowerInvariant()).ToArray()], ct)))
        {
            spelling[userId] = userId;
        }

        return spelling;
    }

    /// <summary>How a run ended that went to its end.</summary>
    public static SyncReport ReportOf(PullSession pull, SyncKind kind, bool dryRun, TimeSpan duration, ApiCallCounter calls)
    {
        var facts = pull.Facts;
        var report = new SyncReport
        {
            RunId = pull.Run.Run.Id,
            State = facts.Errors.Count > 0 ? RunState.Partial : RunState.Done,
            Duration = duration,
            DryRun = dryRun,
            Counts = facts.Counts,
            Errors = facts.Errors,
            Warnings = facts.Warnings,
            ApiCalls = calls.Count,
            Planned = facts.Planned,
        };
        return report with { Error = RunEnding.Summary(report), Action = RunEnding.HeldAction(pull.Tenant, kind, report) };
    }
}
