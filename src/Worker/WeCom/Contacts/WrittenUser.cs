namespace WeComSync.Worker.WeCom.Contacts;

/// <summary>What is written of a member: null leaves a field as it is, an empty text clears it.</summary>
internal sealed record WrittenUser(string Userid)
{
    public string? Name { get; init; }

    public string? Alias { get; init; }

    public string? Mobile { get; init; }

    public string? Email { get; init; }

    public string? Position { get; init; }

    /// <summary><c>1</c> male, <c>2</c> female.</summary>
    public string? Gender { get; init; }

    public string? Telephone { get; init; }

    public string? Address { get; init; }

    public string? ExternalPosition { get; init; }

    /// <summary>All departments from now on.</summary>
    public long[]? Department { get; init; }

    /// <summary>One for each department; null keeps what WeCom makes of it.</summary>
    public long[]? Order { get; init; }

    /// <summary>0 or 1 for each department.</summary>
    public int[]? IsLeaderInDept { get; init; }

    /// <summary>Whether WeCom invites somebody new; it does unless told not to.</summary>
    public bool? ToInvite { get; init; }

    public override string ToString() => nameof(WrittenUser);
}
