namespace WeComSync.Simulator.Customers;

public sealed partial class CustomerWorld
{
    private volatile TagBook _tags = TagBook.Empty;

    /// <summary>Live groups with their live tags, rule groups too.</summary>
    public IReadOnlyList<CorpTagGroup> TagGroups =>
        [.. _tags.Groups.Where(group => !group.IsDeleted).Select(group => group with { Tags = [.. group.Tags.Where(tag => !tag.IsDeleted)] })];

    internal TagBook Tags => _tags;
}
