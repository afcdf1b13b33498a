using System.Collections.Frozen;
using System.Collections.Immutable;

namespace WeComSync.Simulator.Customers;

/// <summary>All tag groups at one moment, deleted ones too, because filtered queries still show them.</summary>
internal sealed class TagBook
{
    private readonly FrozenDictionary<string, (CorpTagGroup Group, CorpTag Tag)> _live;

    public TagBook(ImmutableArray<CorpTagGroup> groups)
    {
        Groups = groups;
        _live = groups.Where(group => !group.IsDeleted)
            .SelectMany(group => group.Tags, (group, tag) => (group, tag))
            .Where(pair => !pair.tag.IsDeleted)
            .ToFrozenDictionary(pair => pair.tag.Id);
    }

    public static TagBook Empty { get; } = new([]);

    public ImmutableArray<CorpTagGroup> Groups { get; }

    public bool IsLive(string tagId) => _live.ContainsKey(tagId);

    public (CorpTagGroup Group, CorpTag Tag)? Find(string tagId) => _live.TryGetValue(tagId, out var found) ? found : null;
}
