using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>Reads group chats: lists by owners, then each chat, in batches with a checkpoint each.</summary>
/// <param name="client">WeCom.</param>
/// <param name="session">The pull.</param>
internal sealed class ChatReader(CustomerClient client, PullSession session)
{
    /// <summary>A call each, which a run that is killed has made in vain.</summary>
    private const int ChatsInBatch = 40;

    private const int CallsInFlight = 4;
    private const int FailuresInARow = 5;

    private readonly Dictionary<string, short?> listed = new(StringComparer.Ordinal);
    private readonly HashSet<string> asked = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> failed = new(StringComparer.Ordinal);
    private int failuresInARow;

    /// <param name="owners">The members whom the credential sees.</param>
    /// <param name="checkpoint">What an earlier run of this pull has merged, and what it could not read.</param>
    /// <param name="ct">Stops the run.</param>
    public async Task ReadAsync(IReadOnlyList<string> owners, PullCheckpoint checkpoint, CancellationToken ct)
    {
        failed.UnionWith(checkpoint.FailedChats);
        var stage = await session.OpenStageAsync(ct);
        await using var connection = stage.Connection;
        var listedAt = session.Run.DatabaseNow;
        foreach (var chunk in owners.Chunk(CustomerClient.MostOwners))
        {
            await ListAsync(chunk, mustSucceed: true, ct);
        }

        // Chats of owners who left are listed only where the owner is named.
        var left = await OwnersOutOfSightAsync(stage, session.Tenant.Id, owners, ct);
        foreach (var chunk in left.Chunk(CustomerClient.MostOwners))
        {
            await ListAsync(chunk, mustSucceed: false, ct);
        }

        failed.IntersectWith(listed.Keys);
        var after = checkpoint.ChatsAfter;
        var todo = listed.Keys.Where(id => IsAfter(id, after) || failed.Contains(id)).Order(StringComparer.Ordinal).ToList();
        foreach (var batch in todo.Chunk(ChatsInBatch))
        {
            after = IsAfter(batch[^1], after) ? batch[^1] : after!;
            await ReadBatchAsync(stage, batch, after, ct);
        }

        await RemoveAsync(stage, listedAt, ct);
    }

    private static bool IsAfter(string chatId, string? after) => after is null || string.CompareOrdinal(chatId, after) > 0;

    private async Task ListAsync(string[] owners, bool mustSucceed, CancellationToken ct)
    {
        IReadOnlyList<WeComGroupChatEntry> chats;
        try
        {
            chats = await client.ListGroupChatsAsync(session.Caller, owners, ct);
            failuresInARow = 0;
        }
        catch (WeComException refused) when (CustomerFacts.IsOfOne(refused))
        {
            if (owners.Length > 1)
            {
                foreach (var half in owners.Chunk((owners.Length + 1) / 2))
                {
                    await ListAsync(half, mustSucceed, ct);
                }
            }
            else if (refused.Class == WeComErrorClass.Retry && ++failuresInARow >= FailuresInARow)
            {
                throw;
            }
            else if (mustSucceed)
            {
                session.Facts.Fail(CustomerTables.Chats.Entity, owners[0], refused);
            }

            return;
        }

        if (mustSucceed)
        {
            asked.UnionWith(owners);
        }

        if (chats.Any(c => string.IsNullOrEmpty(c.ChatId)))
        {
            session.Facts.Fail(CustomerTables.Chats.Entity, null, null, SyncTexts.RowWithoutId.With());
        }

        foreach (var chat in chats.Where(c => !string.IsNullOrEmpty(c.ChatId)))
        {
            listed[chat.ChatId!] = chat.Status;
        }
    }

    private static Task<IReadOnlyList<string>> OwnersOutOfSightAsync(CustomerStage stage, long tenantId, IReadOnlyList<string> owners, CancellationToken ct) =>
        stage.Connection.TextsAsync("""
            SELECT DISTINCT owner_user_id FROM mirror.group_chats
            WHERE tenant_id = $1 AND removed_at IS NULL AND owner_user_id <> '' AND lower(owner_user_id) <> ALL($2)
            """,
            [tenantId, owners.Select(o => o.ToLowerInvariant()).ToArray()], ct);

    private async Task ReadBatchAsync(CustomerStage stage, string[] chatIds, string passed, CancellationToken ct)
    {
        await stage.ClearAsync(ct);
        var listedAt = session.Run.DatabaseNow;
        failed.ExceptWith(chatIds);
        var chats = new List<WeComGroupChat>();
        await Parallel.ForEachAsync(
            chatIds,
            new ParallelOptions { MaxDegreeOfParallelism = CallsInFlight, CancellationToken = ct },
            async (chatId, stop) =>
            {
                if (await GetAsync(chatId, stop) is { } chat)
                {
                    chat.Status = listed.GetValueOrDefault(chatId);
                    lock (chats)
                    {
                        chats.Add(chat);
                    }
                }
                else
                {
                    lock (failed)
                    {
                        failed.Add(chatId);
                    }
                }
            });
        session.Run.Run.ApiCalls = session.Caller.Counter!.Count;
        await stage.CopyChatsAsync(chats, ct);
        await session.MergeAsync(
            stage,
            async merge =>
            {
                await merge.CompareAsync(CustomerTables.Chats, ct);
                await merge.CompareAsync(CustomerTables.ChatMembers, ct);
                // A chat that was read has the members that WeCom says: leaving it needs no guard.
                await merge.RemoveAsync(
                    CustomerTables.ChatMembers, "EXISTS (SELECT FROM read_chats r WHERE r.chat_id = m.chat_id)", listedAt, guard: null, ct);
            },
            merge => PullCheckpoint.PassChatsAsync(merge, passed, [.. failed], ct),
            ct);
    }

    private async Task<WeComGroupChat?> GetAsync(string chatId, CancellationToken ct)
    {
        try
        {
            var chat = await client.GetGroupChatAsync(session.Caller, chatId, ct);
            Volatile.Write(ref failuresInARow, 0);
            return chat;
        }
        catch (WeComException refused) when (
            CustomerFacts.IsOfOne(refused) && (refused.Class != WeComErrorClass.Retry || Interlocked.Increment(ref failuresInARow) < FailuresInARow))
        {
            session.Facts.Fail(CustomerTables.Chats.Entity, chatId, refused);
            return null;
        }
    }

    /// <summary>
    /// A chat that its owner's list lacks may have got an owner out of sight. It is gone if WeCom also refuses to show it.
    /// </summary>
    private async Task RemoveAsync(CustomerStage stage, DateTimeOffset listedAt, CancellationToken ct)
    {
        var missing = (await stage.Connection.TextsAsync("""
            SELECT chat_id FROM mirror.group_chats
            WHERE tenant_id = $1 AND removed_at IS NULL AND fetched_at < $2 AND lower(owner_user_id) = ANY($3)
            """,
            [session.Tenant.Id, listedAt, asked.Select(o => o.ToLowerInvariant()).ToArray()], ct)).Where(id => !listed.ContainsKey(id)).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        await stage.ClearAsync(ct);
        var moved = new List<WeComGroupChat>();
        var gone = new List<string>();
        foreach (var chatId in missing)
        {
            try
            {
                moved.Add(await client.GetGroupChatAsync(session.Caller, chatId, ct));
            }
            catch (WeComException refused) when (refused.ErrCode is { } code && WeComErrors.NoGroupChat.Contains(code))
            {
                gone.Add(chatId);
            }
            catch (WeComException refused) when (CustomerFacts.IsOfOne(refused))
            {
                session.Facts.Fail(CustomerTables.Chats.Entity, chatId, refused);
            }
        }

        await stage.CopyChatsAsync(moved, ct);
        await stage.Connection.ExecuteAsync(
            "INSERT INTO gone_group_chats SELECT id, $2 FROM unnest($1::text[]) AS id", [gone.ToArray(), listedAt], ct);
        await RemovalProof.KeepChatsOutOfSightAsync(client, session, stage, ct);
        await session.MergeAsync(
            stage,
            async merge =>
            {
                await merge.CompareAsync(CustomerTables.Chats, ct);
                await merge.RemoveKnownAsync(CustomerTables.Chats, "SELECT * FROM gone_group_chats", session.Guard, ct);
                await merge.CompareAsync(CustomerTables.ChatMembers, ct);
                await merge.RemoveAlongAsync(CustomerTables.ChatMembers, ct);
            },
            checkpoint: null,
            ct);
    }
}
