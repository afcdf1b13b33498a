using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Sync.Customers;

/// <summary>Reads corp tags and their groups: one answer has them all, so what it lacks was deleted.</summary>
/// <param name="client">WeCom.</param>
/// <param name="session">The pull.</param>
internal sealed class CorpTagReader(CustomerClient client, PullSession session)
{
    /// <summary>Tags of rule groups are not in the answer.</summary>
    public const string CorpTags = "m.type = 1";

    public async Task ReadAsync(CancellationToken ct)
    {
        WeComCorpTags tags;
        var listedAt = session.Run.DatabaseNow;
        try
        {
            tags = await client.ListCorpTagsAsync(session.Caller, ct);
        }
        catch (WeComException refused) when (CustomerFacts.IsOfOne(refused))
        {
            session.Facts.Fail(CustomerTables.Tags.Entity, null, refused);
            return;
        }

        // Whatever is missing may be what came without an id.
        var whole = tags.Groups.All(g => !string.IsNullOrEmpty(g.GroupId) && g.Tags is { } inGroup && inGroup.All(t => !string.IsNullOrEmpty(t.Id)));
        if (!whole)
        {
            session.Facts.Fail(CustomerTables.Tags.Entity, null, null, SyncTexts.RowWithoutId.With());
        }

        var stage = await session.OpenStageAsync(ct);
        await using var connection = stage.Connection;
        session.UnnamedTags.Know(tags.Groups.SelectMany(g => g.Tags ?? []).Select(t => t.Id).OfType<string>());
        session.UnnamedTags.Know(await connection.TextsAsync(
            "SELECT tag_id FROM mirror.corp_tags WHERE tenant_id = $1 AND name IS NOT NULL", [session.Tenant.Id], ct));
        await stage.CopyTagsAsync(tags, ct);
        await session.MergeAsync(
            stage,
            async merge =>
            {
                await merge.CompareAsync(CustomerTables.TagGroups, ct);
                await RemoveAsync(merge, CustomerTables.TagGroups, whole ? "true" : null, listedAt, ct);
                await merge.CompareAsync(CustomerTables.Tags, ct);
                await RemoveAsync(merge, CustomerTables.Tags, whole ? CorpTags : null, listedAt, ct);
            },
            checkpoint: null,
            ct);
    }

    private async Task RemoveAsync(Merge merge, MirrorTable table, string? scope, DateTimeOffset listedAt, CancellationToken ct)
    {
        if (await merge.RemoveAsync(table, scope, listedAt, session.Guard, ct))
        {
            session.Facts.WarnOfNothing(table.Entity);
        }
    }
}
