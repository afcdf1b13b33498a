using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Tests.Worlds;

public sealed class WorldTests
{
    private readonly World _world = new("公司", TimeProvider.System);
    private readonly List<WorldChange> _changes = [];

    public WorldTests() => _world.Changed += _changes.Add;

    [Fact]
    public void Hiring_and_leaving_change_the_departments_and_are_told()
    {
        var sales = _world.AddDepartment("sales").Id;
        _world.Hire("Ann", "安", sales, 1);

        Assert.Equal("Ann", _world.FindPerson("aNN")?.UserId);
        Assert.Equal(["Ann"], _world.PeopleOf(sales).Select(person => person.UserId));
        _world.Leave("ann");
        Assert.Empty(_world.PeopleOf(sales));
        Assert.Empty(_world.People);
        Assert.Equal(["DepartmentAdded", "PersonHired", "PersonLeft"], _changes.Select(change => change.GetType().Name));
        Assert.All(_changes, change => Assert.NotEqual(default, change.At));
    }

    [Fact]
    public void Moving_keeps_order_and_leadership_where_he_stays()
    {
        long a = _world.AddDepartment("a").Id, b = _world.AddDepartment("b").Id;
        _world.Hire(new Person { UserId = "u", Name = "u", Memberships = [new(1), new(a, 9, true)], MainDepartment = 1 });

        var moved = _world.Move("u", a, b);

        Assert.Equal([new Membership(a, 9, true), new Membership(b)], moved.Memberships);
        Assert.Null(moved.MainDepartment);
        Assert.Empty(_world.PeopleOf(1));
        Assert.Single(_world.PeopleOf(b));
    }

    [Fact]
    public void A_change_that_changes_nothing_is_not_told()
    {
        _world.Hire("u", "u");
        var before = _world.Version;
        _changes.Clear();

        _world.Update("u", person => person with { Name = "u", Memberships = [new(1)] });
        _world.UpdateDepartment(1, department => department with { Name = "公司" });

        Assert.Empty(_changes);
        Assert.Equal(before, _world.Version);
    }

    [Fact]
    public void A_generated_userid_is_changed_once_and_those_who_report_to_him_follow()
    {
        _world.Hire(new Person { UserId = "a7f0c2d4", Name = "唐明", Memberships = [new(1)], HasGeneratedUserId = true });
        _world.Hire(new Person { UserId = "b", Name = "b", Memberships = [new(1)], DirectLeaders = ["a7f0c2d4"] });
        _world.Hire("taken", "t");

        Assert.Equal(60102, Assert.Throws<WorldRuleException>(() => _world.ChangeUserId("a7f0c2d4", "TAKEN")).ErrCode);
        _world.ChangeUserId("a7f0c2d4", "tang.ming");

        Assert.Equal(["tang.ming"], _world.FindPerson("b")!.DirectLeaders);
        Assert.Equal(301036, Assert.Throws<WorldRuleException>(() => _world.ChangeUserId("tang.ming", "again")).ErrCode);
        var told = Assert.IsType<UserIdChanged>(_changes[^1]);
        Assert.Equal(("a7f0c2d4", "tang.ming"), (told.Before.UserId, told.After.UserId));
    }

    [Fact]
    public void What_the_console_refuses_is_refused_with_its_code_and_changes_nothing()
    {
        var parent = _world.AddDepartment("parent").Id;
        var child = _world.AddDepartment("child", parent).Id;
        _world.Hire("u", "u", child);
        var version = _world.Version;

        Refused(60102, () => _world.Hire("U", "again"));
        Refused(40003, () => _world.Hire("-bad", "bad"));
        Refused(60003, () => _world.Hire("v", "v", 999));
        Refused(60111, () => _world.Leave("v"));
        Refused(60127, () => _world.Update("u", person => person with { Memberships = [] }));
        Refused(60006, () => _world.DeleteDepartment(parent));
        Refused(60005, () => _world.DeleteDepartment(child));
        Refused(60007, () => _world.DeleteDepartment(1));
        Refused(60010, () => _world.MoveDepartment(parent, child));
        Refused(60004, () => _world.AddDepartment("x", 999));
        Refused(60008, () => _world.AddDepartment("child", parent));
        Refused(40068, () => _world.DeleteTag(5));
        Assert.Equal(version, _world.Version);

        static void Refused(int code, Action change) => Assert.Equal(code, Assert.Throws<WorldRuleException>(change).ErrCode);
    }

    [Fact]
    public void A_tree_has_at_most_fifteen_levels()
    {
        var deepest = 1L;
        for (var level = 2; level <= 15; level++)
            deepest = _world.AddDepartment($"level {level}", deepest).Id;

        Assert.Equal(81002, Assert.Throws<WorldRuleException>(() => _world.AddDepartment("too deep", deepest)).ErrCode);
    }

    [Fact]
    public void A_department_can_be_moved_renamed_and_deleted_when_empty()
    {
        long a = _world.AddDepartment("a").Id, b = _world.AddDepartment("b").Id;

        _world.MoveDepartment(b, a);
        _world.RenameDepartment(b, "乙");
        Assert.Equal((a, "乙"), (_world.FindDepartment(b)!.ParentId, _world.FindDepartment(b)!.Name));
        _world.DeleteDepartment(b);
        _world.DeleteDepartment(a);

        Assert.Equal([1], _world.Departments.Select(department => department.Id));
    }

    [Fact]
    public void A_tag_tells_only_what_really_changed_and_forgets_who_left()
    {
        var department = _world.AddDepartment("d").Id;
        _world.Hire("a", "a");
        _world.Hire("b", "b");
        var tag = _world.AddTag("t").Id;
        _world.AddToTag(tag, ["a"], [department]);

        _world.AddToTag(tag, ["a", "b"], [department]);
        var added = Assert.IsType<TagMembersChanged>(_changes[^1]);
        _world.RemoveFromTag(tag, ["b"], []);
        var removed = Assert.IsType<TagMembersChanged>(_changes[^1]);
        var count = _changes.Count;
        _world.RemoveFromTag(tag, ["b"], []);
        _world.Leave("a");

        Assert.Equal(["b"], added.AddedUsers);
        Assert.Empty(added.AddedDepartments);
        Assert.Equal(["b"], removed.RemovedUsers);
        Assert.Equal(count + 1, _changes.Count);
        Assert.Empty(_world.FindTag(tag)!.Users);
        Assert.Equal([department], _world.FindTag(tag)!.Departments);
    }
}
