using System.Collections.Concurrent;
using System.Globalization;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Corps;

/// <summary>The cursors of user/list_id. One reading of the list is one listing; its cursors name it and a position.</summary>
internal sealed class ListIdPages
{
    // Each may hold a version of the whole company, so an abandoned one must not stay for ever.
    private const int KeptListings = 16;

    private readonly ConcurrentDictionary<string, Listing> _listings = new();
    private readonly ConcurrentQueue<string> _oldest = new();

    /// <summary>Starts a listing, or goes on where the cursor says.</summary>
    /// <returns>Null: no such cursor, or it is too old.</returns>
    public Page? Open(string cursor, int limit, Corp corp)
    {
        if (cursor.Length == 0)
            return Begin(corp).Read(0, limit, corp);
        var dot = cursor.LastIndexOf('.');
        if (dot < 0
            || !int.TryParse(cursor.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            || !_listings.TryGetValue(cursor[..dot], out var listing)
            || corp.Now - listing.StartedAt > corp.Settings.CursorLifetime)
            return null;
        return listing.Read(position, limit, corp);
    }

    private Listing Begin(Corp corp)
    {
        var listing = new Listing(Secrets.Unguessable(24), corp.Now, Present(corp));
        _listings[listing.Id] = listing;
        _oldest.Enqueue(listing.Id);
        while (_oldest.Count > KeptListings && _oldest.TryDequeue(out var old))
            _listings.TryRemove(old, out _);
        return listing;
    }

    private static DirectoryRow[] Present(Corp corp) => corp.World.Rows(corp.Settings.ListIdByDepartment);

    /// <param name="Next">Empty: this was the last page.</param>
    public readonly record struct Page(ArraySegment<DirectoryRow> Rows, string Next);

    private sealed record Listing(string Id, DateTimeOffset StartedAt, DirectoryRow[] Snapshot)
    {
        public Page Read(int position, int limit, Corp corp)
        {
            var rows = corp.Settings.ListIdPaging == ListIdPaging.Snapshot ? Snapshot : Present(corp);
            var from = Math.Min(position, rows.Length);
            var to = (int)Math.Min((long)from + limit, rows.Length);
            var next = to < rows.Length ? string.Create(CultureInfo.InvariantCulture, $"{Id}.{to}") : "";
            return new Page(new ArraySegment<DirectoryRow>(rows, from, to - from), next);
        }
    }
}
