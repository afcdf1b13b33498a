using WeComSync.Worker.WeCom.Http;

namespace WeComSync.Worker.WeCom;

/// <summary>Walks through the pages of one listing, and notices when WeCom leads in a circle.</summary>
/// <param name="endpoint">What is listed.</param>
internal sealed class PageCursors(string endpoint)
{
    /// <summary>The same rows may come twice while somebody changes them, but not again and again.</summary>
    private const int MostAlike = 3;

    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> alike = [];

    public string Endpoint => endpoint;

    /// <summary>To send with the next request; empty for the first page.</summary>
    public string Current { get; private set; } = "";

    /// <summary>The number of the page that is asked for, from 1.</summary>
    public int Count => seen.Count + 1;

    public bool Ended { get; private set; }

    /// <summary>The page that was asked for came without its list.</summary>
    public WeComException NoList() => WeComFault.Incomplete(endpoint, $"list on page {Count}");

    /// <param name="next">Of the answer; none at the end.</param>
    /// <param name="rows">What the page had: a list that never ends gives new cursors for rows that were there before.</param>
    /// <exception cref="WeComException">Class <see cref="WeComErrorClass.Restart"/>: the page was read already.</exception>
    public void MoveTo<T>(string? next, IReadOnlyList<T> rows)
    {
        Current = next ?? "";
        Ended = Current.Length == 0;
        if (!Ended && (!seen.Add(Current) || IsOldNews(rows)))
        {
            throw new WeComException(endpoint, null, WeComErrorClass.Restart,
                $"page {Count} leads back to a page that was read already", "Nothing to do: the listing begins again.");
        }
    }

    private bool IsOldNews<T>(IReadOnlyList<T> rows)
    {
        var hash = default(HashCode);
        foreach (var row in rows)
        {
            hash.Add(row);
        }

        var page = hash.ToHashCode();
        return (alike[page] = alike.GetValueOrDefault(page) + 1) > MostAlike;
    }

    /// <summary>What a refused page means: the question was good for the first page, so a bad parameter is a cursor that WeCom no longer knows.</summary>
    public WeComException Read(WeComException refused) => Current.Length > 0 && refused.ErrCode == WeComErrors.BadParameter
        ? refused.As(WeComErrorClass.Restart, refused.Reason, "Nothing to do: the reading begins again.")
        : refused;
}
