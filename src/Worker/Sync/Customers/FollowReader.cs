using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>
/// Reads members' customers in chunks, each in one transaction with its checkpoint. A chunk that cannot be read is halved until the
/// member is found who is at fault; he is named, and his relations stay as they are.
/// </summary>
/// <param name="client">WeCom.</param>
/// <param name="session">The pull.</param>
/// <param name="checkpoint">Where it notes how far it got.</param>
/// <param name="spelling">User ids as the mirror spells them, by any spelling.</param>
internal sealed class FollowReader(
    CustomerClient client, PullSession session, PullCheckpoint checkpoint, IReadOnlyDictionary<string, string> spelling)
{
    /// <summary>One cursor leads from page to page, so chunks are what can be read at once; the client narrows this where WeCom asks for less.</summary>
    private const int ChunksAtOnce = 3;

    /// <summary>Relations in memory before they go to the stage.</summary>
    private const int Buffered = 2000;

    /// <summary>A reading that lost its cursor begins again so often before the chunk counts as unreadable.</summary>
    private const int Restarts = 2;

    /// <summary>WeCom is away, not one member odd: the run ends instead of failing member by member.</summary>
    private const int FailuresInARow = 5;

    /// <summary>None of the members has an active interop licence.</summary>
    private const int NoLicence = 701008;

    /// <summary>The mirror's rows of the members just read: an index range for each of them, not the whole table.</summary>
    private const string Known =
        "SELECT f.* FROM mirror.follows f WHERE f.tenant_id = $1 AND f.user_id = ANY(ARRAY(SELECT user_id FROM read_members))";

    /// <summary>The same for the customers just read: most of the company's are not among them.</summary>
    private const string KnownCustomers = """
        SELECT c.* FROM mirror.customers c
        WHERE c.tenant_id = $1 AND c.external_user_id = ANY(ARRAY(SELECT external_user_id FROM stage_customers))
        """;

    private int failuresInARow;

    public async Task ReadAsync(FollowChunks chunks, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var open = new List<Task<FollowChunk>>();
        try
        {
            while (true)
            {
                while (open.Count < ChunksAtOnce && chunks.Open() is { } chunk)
                {
                    open.Add(ReadAsync(chunk, stop.Token));
                }

                if (open.Count == 0)
                {
                    return;
                }

                var ended = await Task.WhenAny(open);
                open.Remove(ended);
                chunks.Close(await ended);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)Task.WhenAll(open)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<FollowChunk> ReadAsync(FollowChunk chunk, CancellationToken ct)
    {
        var stage = await session.OpenStageAsync(ct);
        await using var connection = stage.Connection;
        await ReadPartAsync(stage, chunk, chunk.Members, ct);
        return chunk;
    }

    private async Task ReadPartAsync(CustomerStage stage, FollowChunk chunk, string[] members, CancellationToken ct)
    {
        WeComException failure;
        try
        {
            chunk.Count(members.Length, await ReadWholeAsync(stage, members, ct));
            Volatile.Write(ref failuresInARow, 0);
            Pass(members.Length);
            return;
        }
        catch (WeComException refused) when (CustomerFacts.IsOfOne(refused))
        {
            failure = refused;
        }

        if (members.Length > 1)
        {
            foreach (var half in members.Chunk((members.Length + 1) / 2))
            {
                await ReadPartAsync(stage, chunk, half, ct);
            }

            return;
        }

        if (failure.Class == WeComErrorClass.Retry && Interlocked.Increment(ref failuresInARow) >= FailuresInARow)
        {
            throw failure;
        }

        await FailAsync(stage, members[0], failure.ErrCode, failure.Message, ct);
        Pass(1);
    }

    /// <returns>How many relations they have.</returns>
    private async Task<int> ReadWholeAsync(CustomerStage stage, IReadOnlyList<string> members, CancellationToken ct)
    {
        for (var restarts = 0; ; restarts++)
        {
            await stage.ClearAsync(ct);
            var listedAt = session.Run.DatabaseNow;
            try
            {
                var (relations, unlicensed) = await StageLicensedAsync(stage, members, ct);
                await MergeAsync(stage, [.. members.Except(unlicensed, StringComparer.OrdinalIgnoreCase)], listedAt, ct);
                foreach (var userId in members.Intersect(unlicensed, StringComparer.OrdinalIgnoreCase))
                {
                    await FailAsync(stage, userId, null, SyncTexts.Unlicensed.With(), ct);
                }

                return relations;
            }
            catch (WeComException lost) when (lost.Class == WeComErrorClass.Restart && restarts < Restarts)
            {
                // Never on in the middle: what the lost cursor had not told yet would be missing.
            }
        }
    }

    /// <summary>Where all members lack a licence WeCom refuses, and where some do it leaves those out: both say the same of each.</summary>
    /// <returns>How many relations were staged, and the members without a licence.</returns>
    private async Task<(int Relations, IReadOnlyCollection<string> Unlicensed)> StageLicensedAsync(
        CustomerStage stage, IReadOnlyList<string> members, CancellationToken ct)
    {
        try
        {
            return await StageAsync(stage, members, ct);
        }
        catch (WeComException refused) when (refused.ErrCode == NoLicence)
        {
            return (0, members);
        }
    }

    /// <returns>How many relations were staged, and the members whom WeCom left out.</returns>
    private async Task<(int Relations, IReadOnlyCollection<string> Unlicensed)> StageAsync(
        CustomerStage stage, IReadOnlyList<string> members, CancellationToken ct)
    {
        var relations = 0;
        var unlicensed = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var rows = new List<(WeComFollowRow Row, DateTimeOffset FetchedAt)>(Buffered);
        await foreach (var page in client.ReadFollowsAsync(session.Caller, members, ct))
        {
            unlicensed.UnionWith(page.Unlicensed);
            relations += page.Rows.Count;
            if (page.Holes > 0)
            {
                session.Facts.Fail(CustomerTables.Follows.Entity, null, null, SyncTexts.RowWithoutId.With());
            }

            rows.AddRange(page.Rows.Select(row => (row, page.FetchedAt)));
            foreach (var row in page.Rows)
            {
                if ((row.ExternalContact.Unstorable ?? row.FollowInfo.Unstorable) is { } field)
                {
                    session.Facts.Fail(CustomerTables.Customers.Entity, row.ExternalContact.ExternalUserId, null, SyncTexts.FieldUnstorable.With(field));
                }

                session.UnnamedTags.Meet(row.ExternalContact.ExternalUserId, row.FollowInfo.TagIds ?? []);
            }

            session.Run.Run.ApiCalls = session.Caller.Counter!.Count;
            if (rows.Count >= Buffered)
            {
                await CopyAsync(stage, rows, ct);
            }
        }

        await CopyAsync(stage, rows, ct);
        return (relations, unlicensed);
    }

    private async Task CopyAsync(CustomerStage stage, List<(WeComFollowRow Row, DateTimeOffset FetchedAt)> rows, CancellationToken ct)
    {
        if (rows.Count > 0)
        {
            await stage.CopyCustomersAsync(rows.Select(r => (r.Row.ExternalContact, r.FetchedAt)), ct);
            await stage.CopyFollowsAsync(
                rows.Select(r => new StagedFollow(
                    spelling.GetValueOrDefault(r.Row.FollowInfo.UserId, r.Row.FollowInfo.UserId), r.Row.ExternalContact.ExternalUserId,
                    r.Row.FollowInfo, r.FetchedAt)),
                ct);
            rows.Clear();
        }
    }

    private async Task MergeAsync(CustomerStage stage, IReadOnlyList<string> read, DateTimeOffset listedAt, CancellationToken ct)
    {
        await stage.Connection.ExecuteAsync(
            "INSERT INTO read_members SELECT DISTINCT unnest($1::text[])", [read.Select(id => spelling.GetValueOrDefault(id, id)).ToArray()], ct);
        await session.MergeAsync(
            stage,
            async merge =>
            {
                await CustomerDerivation.CompleteAsync(merge, Known, ct);
                await merge.ComparePartAsync(CustomerTables.Customers, KnownCustomers, ct);
                await merge.ComparePartAsync(CustomerTables.Follows, Known, ct);
                if (session.DryRun)
                {
                    await PullCheckpoint.CollectUnseenAsync(merge, listedAt, session, ct);
                }
            },
            merge => checkpoint.ReadAsync(merge, listedAt, ct),
            ct);
    }

    private async Task FailAsync(CustomerStage stage, string userId, int? code, string why, CancellationToken ct)
    {
        session.Facts.Fail(CustomerTables.Follows.Entity, userId, code, SyncTexts.CustomersNotRead.With(userId, why));
        await checkpoint.FailAsync(session, stage.Connection, spelling.GetValueOrDefault(userId, userId), why, ct);
    }

    private void Pass(int members)
    {
        var run = session.Run.Run;
        lock (run)
        {
            run.Read += members;
        }
    }
}
