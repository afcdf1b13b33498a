namespace WeComSync.Worker.WeCom.Customers;

/// <summary>Walks through the pages of one listing, and notices when WeCom leads in a circle.</summary>
/// <param name="endpoint">What is listed.</param>
internal sealed class PageCursors(string endpoint)
{
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    public string Endpoint => endpoint;

    /// <summary>To send with the next request; empty for the first page.</summary>
    public string Current { get; private set; } = "";

    /// <summary>The number of the page that is asked for, from 1.</summary>
    public int Count => seen.Count + 1;

    public bool Ended { get; private set; }

    /// <param name="next">Of the answer; none at the end.</param>
    /// <exception cref="WeComException">Class <see cref="WeComErrorClass.Restart"/>: the page was read already.</exception>
    public void MoveTo(string? next)
    {
        Current = next ?? "";
        Ended = Current.Length == 0;
        if (!Ended && !seen.Add(Current))
        {
            throw new WeComException(endpoint, null, WeComErrorClass.Restart,
                $"page {Count} leads back to a page that was read already", "Nothing to do: the listing begins again.");
        }
    }

    /// <summary>What a refused page means: the question was good for the first page, so a bad parameter is a cursor that WeCom no longer knows.</summary>
    public WeComException Read(WeComException refused) => Current.Length > 0 && refused.ErrCode == WeComErrors.BadParameter
        ? refused.As(WeComErrorClass.Restart, refused.Reason, "Nothing to do: the reading begins again.")
        : refused;
}
