namespace WeComSync.Worker.WeCom;

/// <summary>A self-built application and its visible range (可见范围).</summary>
/// <param name="AgentId">The application.</param>
/// <param name="Name">Null: not returned.</param>
/// <param name="Closed">True when the application is disabled.</param>
/// <param name="UserIds">Visible members named one by one.</param>
/// <param name="DepartmentIds">Visible departments, each with all below it.</param>
/// <param name="TagIds">Visible tags.</param>
/// <param name="FetchedAt">When the request was sent.</param>
internal sealed record WeComAgent(
    long AgentId,
    string? Name,
    bool Closed,
    IReadOnlyList<string> UserIds,
    IReadOnlyList<long> DepartmentIds,
    IReadOnlyList<long> TagIds,
    DateTimeOffset FetchedAt)
{
    /// <summary>Address of the logo; null or empty: none, or not returned.</summary>
    public string? LogoUrl { get; init; }

    public string? Description { get; init; }

    /// <summary>可信域名; empty if none is set.</summary>
    public string? RedirectDomain { get; init; }

    public string? HomeUrl { get; init; }
}
