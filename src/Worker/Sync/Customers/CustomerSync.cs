using WeComSync.Domain.Runs;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>A pull of one tenant's customers: tags → members in chunks → group chats → what was not seen, each part merged by itself.</summary>
internal sealed class CustomerSync(CustomerRuns runs, CustomerClient client)
{
    /// <exception cref="MirrorBusyException">Another process pulls this tenant's customers.</exception>
    public async Task<SyncReport> RunAsync(long tenantId, SyncRequest request, CancellationToken ct) =>
        await runs.RunAsync(await runs.FindAsync(tenantId, ct), SyncKind.Customers, request, PullAsync, ct);

    private async Task PullAsync(PullSession pull, CancellationToken ct)
    {
        var run = pull.Run.Run;
        var checkpoint = await PullCheckpoint.OpenAsync(pull, ct);
        pull.Resumed = checkpoint.Resumed;

        pull.Run.Enter("tags");
        await new CorpTagReader(client, pull).ReadAsync(ct);

        pull.Run.Enter("members");
        var listed = await client.ListFollowUsersAsync(pull.Caller, ct);
        pull.Facts.LookForHoles(listed);
        var members = listed.Where(id => id.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
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

        var chunks = new FollowChunks(members, todo, await PullCheckpoint.CountKnownAsync(pull, ct));
        await new FollowReader(client, pull, checkpoint, spelling).ReadAsync(chunks, ct);
        await new RuleTagReader(client, pull).ReadAsync(ct);

        pull.Run.Enter("chats");
        await new ChatReader(client, pull).ReadAsync(members, checkpoint, ct);

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
}
