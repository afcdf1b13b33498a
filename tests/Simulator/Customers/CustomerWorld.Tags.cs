using WeComSync.Simulator.Generation;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Customers;

public sealed partial class CustomerWorld
{
    private volatile TagBook _tags = TagBook.Empty;
    private int _nextTag;

    /// <summary>Live groups with their live tags, rule groups too.</summary>
    public IReadOnlyList<CorpTagGroup> TagGroups =>
        [.. _tags.Groups.Where(group => !group.IsDeleted).Select(group => group with { Tags = [.. group.Tags.Where(tag => !tag.IsDeleted)] })];

    internal TagBook Tags => _tags;

    /// <summary>A group with its tags: one create event for each object.</summary>
    public CorpTagGroup AddTagGroup(string name, params string[] tagNames)
    {
        lock (_gate)
        {
            if (tagNames.Length == 0)
                throw new WorldRuleException(40068, "There are no groups without tags.");
            if (_tags.Groups.Any(group => !group.IsDeleted && group.Name == name))
                throw new WorldRuleException(40071, $"There is a tag group {name} already.");
            var group = new CorpTagGroup(NewTagId(), name, Now, 0, [.. tagNames.Distinct().Select(NewTag)]);
            _tags = new TagBook(_tags.Groups.Add(group));
            Publish(new CorpTagChanged(group.Id, IsGroup: true, TagAction.Create));
            foreach (var tag in group.Tags)
                Publish(new CorpTagChanged(tag.Id, IsGroup: false, TagAction.Create));
            return group;
        }
    }

    public CorpTag AddTag(string groupId, string name)
    {
        lock (_gate)
        {
            var group = ExistingGroup(groupId);
            if (group.Tags.Any(other => !other.IsDeleted && other.Name == name))
                throw new WorldRuleException(40071, $"There is a tag {name} in {groupId} already.");
            var tag = NewTag(name);
            Replace(group, group with { Tags = group.Tags.Add(tag) });
            Publish(new CorpTagChanged(tag.Id, IsGroup: false, TagAction.Create));
            return tag;
        }
    }

    /// <param name="id">Of a tag or of a group.</param>
    public void RenameTag(string id, string name)
    {
        lock (_gate)
        {
            var found = _tags.Find(id);
            if (found is (var of, var tag))
                Replace(of, of with { Tags = of.Tags.Replace(tag, tag with { Name = name }) });
            else
                Replace(ExistingGroup(id), ExistingGroup(id) with { Name = name });
            Publish(new CorpTagChanged(id, IsGroup: found is null, TagAction.Update));
        }
    }

    /// <summary>
    /// Deletes a tag, and its group when it was the last one there; or a group with all its tags, which only the one event tells.
    /// </summary>
    /// <param name="id">Of a tag or of a group.</param>
    public void DeleteTag(string id)
    {
        lock (_gate)
        {
            if (_tags.Find(id) is not (var of, var tag))
            {
                DeleteGroup(ExistingGroup(id));
                return;
            }
            var left = of with { Tags = of.Tags.Replace(tag, tag with { IsDeleted = true }) };
            Replace(of, left);
            Publish(new CorpTagChanged(id, IsGroup: false, TagAction.Delete));
            if (left.Tags.All(other => other.IsDeleted))
                DeleteGroup(left);
        }
    }

    /// <summary>Gives the tags of a group, or all groups and tags, a new order.</summary>
    public void ShuffleTags(string groupId = "")
    {
        lock (_gate)
        {
            if (groupId.Length == 0)
                _tags = new TagBook([.. _tags.Groups.Select(group => Reversed(group) with { Order = int.MaxValue - group.Order % int.MaxValue })]);
            else
                Replace(ExistingGroup(groupId), Reversed(ExistingGroup(groupId)));
            Publish(new CorpTagsShuffled(groupId));
        }
    }

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    private static CorpTagGroup Reversed(CorpTagGroup group)
    {
        var orders = group.Tags.Select(tag => tag.Order).Order().ToArray();
        return group with { Tags = [.. group.Tags.OrderByDescending(tag => tag.Order).Select((tag, i) => tag with { Order = orders[i] + i })] };
    }

    private CorpTag NewTag(string name) => new(NewTagId(), name, Now, 0);

    private string NewTagId() => Dice.Of(_seed, "new tag", _nextTag++).Text("et", 32);

    private void DeleteGroup(CorpTagGroup group)
    {
        Replace(group, group with { IsDeleted = true, Tags = [.. group.Tags.Select(tag => tag with { IsDeleted = true })] });
        Publish(new CorpTagChanged(group.Id, IsGroup: true, TagAction.Delete));
    }

    private void Replace(CorpTagGroup before, CorpTagGroup after) => _tags = new TagBook(_tags.Groups.Replace(before, after));

    private CorpTagGroup ExistingGroup(string id) =>
        _tags.Groups.FirstOrDefault(group => group.Id == id && !group.IsDeleted) ?? throw new WorldRuleException(40068, $"There is no tag or group {id}.");
}
