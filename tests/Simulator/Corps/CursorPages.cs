using System.Collections.Concurrent;
using System.Globalization;

namespace WeComSync.Simulator.Corps;

/// <summary>The cursors of one kind of list. One reading of the list is one listing; its cursors name it and a position.</summary>
internal sealed class CursorPages<TRow>
{
    // Each may hold a version of the whole list, so an abandoned one must not stay for ever.
    private const int KeptListings = 16;

    private readonly ConcurrentDictionary<string, Listing> _listings = new();
    private readonly ConcurrentQueue<string> _oldest = new();

    /// <summary>Starts a listing, or goes on where the cursor says.</summary>
    /// <param name="present">What the list is now.</param>
    /// <returns>Null: no such cursor, or it is too old, or it belongs to another question.</returns>
    public Page? Open(CursorQuestion asked, Func<TRow[]> present)
    {
        if (asked.Cursor.Length == 0)
            return Begin(asked, present()).Read(0, asked, present);
        var dot = asked.Cursor.LastIndexOf('.');
        if (dot < 0
            || !int.TryParse(asked.Cursor.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            || !_listings.TryGetValue(asked.Cursor[..dot], out var listing)
            || listing.Subject != asked.Subject
            || asked.Now - listing.StartedAt > asked.Lifetime)
            return null;
        return listing.Read(position, asked, present);
    }

    private Listing Begin(CursorQuestion asked, TRow[] present)
    {
        var listing = new Listing(Secrets.Unguessable(24), asked.Subject, asked.Now, present);
        // One that ends with its first page is never asked for again.
        if (present.Length <= asked.Limit)
            return listing;
        _listings[listing.Id] = listing;
        _oldest.Enqueue(listing.Id);
        while (_oldest.Count > KeptListings && _oldest.TryDequeue(out var old))
            _listings.TryRemove(old, out _);
        return listing;
    }

    /// <param name="Next">Empty: this was the last page.</param>
    public readonly record struct Page(ArraySegment<TRow> Rows, string Next);

    private sealed record Listing(string Id, string Subject, DateTimeOffset StartedAt, TRow[] Snapshot)
    {
        public Page Read(int position, CursorQuestion asked, Func<TRow[]> present)
        {
            var rows = asked.Paging == CursorPaging.Snapshot || position == 0 ? Snapshot : present();
            var from = Math.Min(position, rows.Length);
            var to = (int)Math.Min((long)from + asked.Limit, rows.Length);
            var next = to < rows.Length ? string.Create(CultureInfo.InvariantCulture, $"{Id}.{to}") : "";
            return new Page(new ArraySegment<TRow>(rows, from, to - from), next);
        }
    }
}

/// <param name="Cursor">Empty: from the beginning.</param>
internal readonly record struct CursorQuestion(string Cursor, int Limit, CursorPaging Paging, TimeSpan Lifetime, DateTimeOffset Now)
{
    /// <summary>Who asked for what: a cursor is good for nothing else.</summary>
    public string Subject { get; init; } = "";
}
