namespace WeComSync.Worker.Sync;

/// <summary>Whom rows of a table belong to: they go with their owner's row, once and under its name, and stay while it is held.</summary>
/// <param name="Table">The owner's table; its key has one column.</param>
/// <param name="Column">The column that names the owner's row.</param>
internal sealed record Owner(MirrorTable Table, string Column)
{
    /// <summary>
    /// False where the rows live by another owner: this one's removal takes only what the others do not keep, and its being held
    /// keeps nothing.
    /// </summary>
    public bool Keeps { get; init; } = true;
}
