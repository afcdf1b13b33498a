namespace WeComSync.Simulator.Faults;

/// <summary>Which calls a fault hits. Calls that match are counted from the moment the rule is added.</summary>
public sealed record FaultRule
{
    public required Fault Fault { get; init; }

    /// <summary>Null: every company's.</summary>
    public string? CorpId { get; init; }

    /// <summary><c>user/list</c>, or <c>user/*</c>. Null: every endpoint, gettoken too.</summary>
    public string? Path { get; init; }

    /// <summary>Such as <c>contacts</c> or <c>app:1000002</c>. Null: whoever calls.</summary>
    public string? Credential { get; init; }

    /// <summary>An id that the request must name, alone or among others. Null: whatever it names.</summary>
    public string? About { get; init; }

    /// <summary>The first of the matching calls that may be hit; 1 is the next one.</summary>
    public int FromCall { get; init; } = 1;

    /// <summary>How many calls are hit at most. Null: no end.</summary>
    public int? Times { get; init; }

    /// <summary>The chance of each call, 0 to 1.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>Makes the chances repeatable.</summary>
    public int Seed { get; init; } = 1;

    internal bool Matches(string? corpId, string path, string? credential, NamedIds named) =>
        (CorpId is null || CorpId == corpId) && (Credential is null || Credential == credential) && (Path is null || MatchesPath(path))
        && (About is null || named.Contain(About));

    private bool MatchesPath(string path) =>
        Path!.EndsWith('*') ? path.AsSpan().StartsWith(Path.AsSpan(0, Path.Length - 1), StringComparison.Ordinal) : Path == path;
}
