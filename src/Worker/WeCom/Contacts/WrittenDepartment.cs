namespace WeComSync.Worker.WeCom.Contacts;

/// <summary>What is written of a department: null leaves a field as it is.</summary>
internal sealed record WrittenDepartment
{
    /// <summary>Null for a new one: WeCom gives it an id.</summary>
    public long? Id { get; init; }

    public string? Name { get; init; }

    public string? NameEn { get; init; }

    /// <summary>Never of the root: WeCom takes no parent for it, not even its own 0.</summary>
    public long? Parentid { get; init; }

    /// <summary>0 to 2³²−1 among siblings, larger first.</summary>
    public long? Order { get; init; }
}
