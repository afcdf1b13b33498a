using System.Collections.Immutable;

namespace WeComSync.Simulator.Worlds;

public sealed partial class World
{
    /// <summary>Everybody, in the order of hiring.</summary>
    public IReadOnlyList<Person> People
    {
        get
        {
            lock (_gate)
                return [.. _people.Select(node => node.Current!)];
        }
    }

    public int PeopleCount
    {
        get
        {
            lock (_gate)
                return _people.Count;
        }
    }

    /// <param name="index">In the order of hiring.</param>
    public Person PersonAt(int index)
    {
        lock (_gate)
            return _people[index].Current!;
    }

    /// <param name="userId">In any case.</param>
    public Person? FindPerson(string userId)
    {
        lock (_gate)
            return _peopleById.GetValueOrDefault(userId)?.Current;
    }

    /// <summary>The direct members of a department.</summary>
    public IReadOnlyList<Person> PeopleOf(long departmentId)
    {
        lock (_gate)
            return [.. Existing(departmentId).Members.Select(node => node.Current!)];
    }

    public Person Hire(Person person)
    {
        lock (_gate)
        {
            if (_peopleById.ContainsKey(person.UserId))
                throw new WorldRuleException(60102, $"Userid {person.UserId} exists already.");
            Check(person);
            Enter(person);
            Publish(new PersonHired(person));
            return person;
        }
    }

    /// <param name="departmentIds">None: the root.</param>
    public Person Hire(string userId, string name, params long[] departmentIds) =>
        Hire(new Person { UserId = userId, Name = name, Memberships = Plain(departmentIds) });

    /// <summary>Deletes a member from the company.</summary>
    public Person Leave(string userId)
    {
        lock (_gate)
        {
            var node = ExistingPerson(userId);
            var person = node.Current!;
            foreach (var membership in person.Memberships)
                _departments[membership.DepartmentId].Part(node);
            foreach (var tag in _tags.Values)
                tag.People.Remove(node);
            _people.Remove(node);
            _peopleById.Remove(person.UserId);
            node.Current = null;
            ReplaceLeader(person.UserId, null);
            Publish(new PersonLeft(person));
            return person;
        }
    }

    /// <summary>Changes any field but the userid.</summary>
    public Person Update(string userId, Func<Person, Person> change)
    {
        lock (_gate)
        {
            var node = ExistingPerson(userId);
            var before = node.Current!;
            var after = (change(before) with { UserId = before.UserId }).SharingWith(before);
            if (after == before)
                return before;
            Check(after);
            node.Current = after;
            if (before.Memberships != after.Memberships)
                Rejoin(node, before.Memberships, after.Memberships);
            Publish(new PersonChanged(before, after));
            return after;
        }
    }

    /// <summary>Puts a person into these departments and no others. Order and leadership in departments he stays in are kept.</summary>
    public Person Move(string userId, params long[] departmentIds) => Update(userId, person =>
    {
        var kept = person.Memberships.ToDictionary(membership => membership.DepartmentId);
        return person with
        {
            Memberships = [.. departmentIds.Select(id => kept.GetValueOrDefault(id, new Membership(id)))],
            MainDepartment = person.MainDepartment is { } main && departmentIds.Contains(main) ? main : null,
        };
    });

    public Person Rename(string userId, string name) => Update(userId, person => person with { Name = name });

    /// <summary>Possible once, for a userid that WeCom generated.</summary>
    public Person ChangeUserId(string userId, string newUserId)
    {
        lock (_gate)
        {
            var node = ExistingPerson(userId);
            var before = node.Current!;
            if (!before.HasGeneratedUserId)
                throw new WorldRuleException(301036, $"Userid {userId} may not be changed.");
            if (_peopleById.TryGetValue(newUserId, out var holder) && holder != node)
                throw new WorldRuleException(60102, $"Userid {newUserId} exists already.");
            var after = before with { UserId = newUserId, HasGeneratedUserId = false };
            Check(after);
            _peopleById.Remove(before.UserId);
            _peopleById.Add(newUserId, node);
            node.Current = after;
            ReplaceLeader(before.UserId, newUserId);
            Publish(new UserIdChanged(before, after));
            return after;
        }
    }

    private static ImmutableArray<Membership> Plain(long[] departmentIds) =>
        departmentIds is [] ? [new(Department.RootId)] : [.. departmentIds.Select(id => new Membership(id))];

    private void Check(Person person)
    {
        if (!UserIdRule.Allows(person.UserId))
            throw new WorldRuleException(40003, $"'{person.UserId}' is not a userid.");
        if (person.Memberships.IsDefaultOrEmpty)
            throw new WorldRuleException(60127, $"{person.UserId} is in no department.");
        foreach (var membership in person.Memberships)
            Existing(membership.DepartmentId);
    }

    private void Enter(Person person)
    {
        var node = new PersonNode(_nextSequence++, person);
        _people.Add(node);
        _peopleById.Add(person.UserId, node);
        foreach (var membership in person.Memberships)
            _departments[membership.DepartmentId].Join(node);
    }

    private void Rejoin(PersonNode node, ImmutableArray<Membership> before, ImmutableArray<Membership> after)
    {
        foreach (var old in before)
        {
            if (after.All(membership => membership.DepartmentId != old.DepartmentId))
                _departments[old.DepartmentId].Part(node);
        }
        foreach (var membership in after)
        {
            if (before.All(old => old.DepartmentId != membership.DepartmentId))
                _departments[membership.DepartmentId].Join(node);
            else
                _departments[membership.DepartmentId].Forget();
        }
    }

    private void ReplaceLeader(string userId, string? newUserId)
    {
        foreach (var node in _people)
        {
            var person = node.Current!;
            if (person.DirectLeaders.Contains(userId))
            {
                node.Current = person with
                {
                    DirectLeaders = newUserId is null
                        ? person.DirectLeaders.Remove(userId)
                        : person.DirectLeaders.Replace(userId, newUserId),
                };
            }
        }
    }

    private PersonNode ExistingPerson(string userId) =>
        _peopleById.GetValueOrDefault(userId) ?? throw new WorldRuleException(60111, $"There is no {userId}.");
}
