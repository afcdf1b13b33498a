namespace WeComSync.Simulator.Worlds;

public sealed partial class World
{
    /// <summary>All tags, by id.</summary>
    public IReadOnlyList<ContactTag> Tags
    {
        get
        {
            lock (_gate)
                return [.. _tags.Values.Select(View)];
        }
    }

    public ContactTag? FindTag(int id)
    {
        lock (_gate)
            return _tags.TryGetValue(id, out var tag) ? View(tag) : null;
    }

    /// <param name="id">Null: one above the largest so far.</param>
    public ContactTag AddTag(string name, int? id = null)
    {
        lock (_gate)
        {
            var newId = id ?? (_tags.Count == 0 ? 1 : _tags.Keys.Last() + 1);
            if (_tags.ContainsKey(newId) || _tags.Values.Any(other => other.Name == name))
                throw new WorldRuleException(40071, $"Tag {newId} '{name}' exists already.");
            var tag = new TagNode(newId, name);
            _tags.Add(newId, tag);
            Publish(new TagAdded(newId, name));
            return View(tag);
        }
    }

    public void RenameTag(int id, string name)
    {
        lock (_gate)
        {
            ExistingTag(id).Name = name;
            Publish(new TagRenamed(id, name));
        }
    }

    public void DeleteTag(int id)
    {
        lock (_gate)
        {
            ExistingTag(id);
            _tags.Remove(id);
            Publish(new TagDeleted(id));
        }
    }

    /// <summary>Adds people and departments to a tag; those already in it are skipped.</summary>
    public void AddToTag(int id, IEnumerable<string> userIds, IEnumerable<long> departmentIds)
    {
        lock (_gate)
        {
            var tag = ExistingTag(id);
            PersonNode[] people = [.. userIds.Select(ExistingPerson).Distinct().Except(tag.People)];
            long[] departments = [.. departmentIds.Select(department => Existing(department).Current.Id).Distinct().Except(tag.Departments)];
            tag.People.AddRange(people);
            tag.Departments.AddRange(departments);
            if (people.Length + departments.Length > 0)
                Publish(new TagMembersChanged(id, [.. people.Select(UserIdOf)], [], [.. departments], []));
        }
    }

    /// <summary>Takes people and departments out of a tag; those not in it are skipped.</summary>
    public void RemoveFromTag(int id, IEnumerable<string> userIds, IEnumerable<long> departmentIds)
    {
        lock (_gate)
        {
            var tag = ExistingTag(id);
            PersonNode[] people = [.. userIds.Select(ExistingPerson).Distinct().Where(tag.People.Remove)];
            long[] departments = [.. departmentIds.Distinct().Where(tag.Departments.Remove)];
            if (people.Length + departments.Length > 0)
                Publish(new TagMembersChanged(id, [], [.. people.Select(UserIdOf)], [], [.. departments]));
        }
    }

    private static string UserIdOf(PersonNode node) => node.Current!.UserId;

    private static ContactTag View(TagNode tag) => new(tag.Id, tag.Name, [.. tag.People.Select(UserIdOf)], [.. tag.Departments]);

    private TagNode ExistingTag(int id) =>
        _tags.GetValueOrDefault(id) ?? throw new WorldRuleException(40068, $"There is no tag {id}.");
}
