using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Sync;

/// <summary>SQL about the runs that ended well. Each is found at the end of an index, however many there have been.</summary>
internal static class GoodRuns
{
    private static readonly (MirrorPart Part, SyncKind Kind)[] Possible =
    [
        (MirrorPart.Directory, SyncKind.Full), (MirrorPart.Directory, SyncKind.Incremental), (MirrorPart.Directory, SyncKind.OneObject),
        (MirrorPart.Customers, SyncKind.Customers), (MirrorPart.Customers, SyncKind.Incremental), (MirrorPart.Customers, SyncKind.OneObject),
    ];

    /// <summary>When the last one ended that was no preview; null if none did.</summary>
    /// <param name="tenant">SQL for whose.</param>
    /// <param name="parts">Of which half, or of both.</param>
    public static string LastSql(string tenant, params MirrorPart[] parts) => $"""
        (SELECT max(last.finished_at) FROM (VALUES {string.Join(", ", Possible.Where(run => parts.Contains(run.Part)).Select(run => $"('{EnumText.Of(run.Part)}', '{EnumText.Of(run.Kind)}')"))}) k (part, kind), LATERAL (
            SELECT g.finished_at FROM control.sync_runs g
            WHERE g.tenant_id = {tenant} AND g.part = k.part AND g.kind = k.kind AND g.state IN ('done', 'partial') AND NOT g.dry_run
            ORDER BY g.finished_at DESC LIMIT 1) last)
        """;
}
