using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Callbacks;

/// <summary>Which events WeCom sends for a change of the world. Many changes have none.</summary>
internal static class EventsOf
{
    /// <param name="doublesNewPeople">See <see cref="CallbackSettings.DoublesNewPeople"/>.</param>
    public static IEnumerable<ContactEvent> Change(WorldChange change, CallbackForm form, bool doublesNewPeople)
    {
        var isFull = form == CallbackForm.Full;
        return change switch
        {
            PersonHired hired => Hired(hired.Person, isFull, doublesNewPeople),
            PersonChanged { Before: var before, After: var after } => isFull ? ChangedFields(before, after) : Moved(before, after),
            UserIdChanged changed => [ContactEvent.UpdateUser(changed.Before.UserId, changed.After.UserId, Departments(changed.After))],
            PersonLeft left => [ContactEvent.DeleteUser(left.Person.UserId)],
            DepartmentAdded { Department: var added } => [isFull ? Added(added) : ContactEvent.CreateParty(added.Id, added.ParentId)],
            DepartmentChanged { Before: var before, After: var after } => isFull ? ChangedFields(before, after) : Moved(before, after),
            DepartmentDeleted deleted => [ContactEvent.DeleteParty(deleted.Department.Id)],
            TagMembersChanged tag =>
                [ContactEvent.UpdateTag(tag.TagId, tag.AddedUsers, tag.RemovedUsers, tag.AddedDepartments, tag.RemovedDepartments)],
            _ => [],
        };
    }

    private static IEnumerable<ContactEvent> Hired(Person person, bool isFull, bool doubles)
    {
        if (doubles)
        {
            var early = ContactEvent.UpdateUser(person.UserId, null, Departments(person));
            yield return early;
            yield return early;
        }
        yield return isFull
            ? new ContactEvent("create_user", Fields(null, person).ToString())
            : ContactEvent.CreateUser(person.UserId, Departments(person));
    }

    private static IEnumerable<ContactEvent> Moved(Person before, Person after) =>
        IsMoved(before, after) ? [ContactEvent.UpdateUser(after.UserId, null, Departments(after))] : [];

    private static IEnumerable<ContactEvent> ChangedFields(Person before, Person after)
    {
        var fields = Fields(before, after).ToString();
        return fields == new EventFields().CData("UserID", after.UserId).ToString() ? [] : [new ContactEvent("update_user", fields)];
    }

    private static EventFields Fields(Person? before, Person after)
    {
        return new EventFields()
            .CData("UserID", after.UserId)
            .CData("Name", Changed(person => person.Name))
            .List("Department", before is null || IsMoved(before, after) ? Departments(after) : [])
            .Bare("MainDepartment", before is null || MainOf(before) != MainOf(after) ? MainOf(after) : null)
            .CData("IsLeaderInDept", Changed(Leaderships))
            .CData("DirectLeader", Changed(person => string.Join(',', person.DirectLeaders)))
            .CData("Position", Changed(person => person.Position))
            .Bare("Mobile", Changed(person => person.Mobile))
            .Bare("Gender", before?.Gender == after.Gender ? null : after.Gender)
            .CData("Email", Changed(person => person.Email))
            .CData("BizMail", Changed(person => person.BizMail))
            .Bare("Status", before?.Status == after.Status ? null : after.Status)
            .CData("Avatar", Changed(person => person.Avatar))
            .CData("Alias", Changed(person => person.Alias))
            .CData("Telephone", Changed(person => person.Telephone))
            .CData("Address", Changed(person => person.Address))
            .Custom(before?.ExtFields == after.ExtFields || (before is null && after.ExtFields.IsEmpty) ? null : after.ExtFields);

        // Somebody new has no empty fields; somebody known may have had one emptied.
        string? Changed(Func<Person, string> field) => field(after) == (before is null ? "" : field(before)) ? null : field(after);
    }

    private static ContactEvent Added(Department department) => new("create_party", new EventFields()
        .Bare("Id", department.Id).CData("Name", department.Name).CData("ParentId", $"{department.ParentId}")
        .Bare("Order", department.Order).ToString());

    private static IEnumerable<ContactEvent> Moved(Department before, Department after) =>
        before.ParentId == after.ParentId ? [] : [ContactEvent.UpdateParty(after.Id, after.ParentId)];

    // A changed order has no element to be told in.
    private static IEnumerable<ContactEvent> ChangedFields(Department before, Department after)
    {
        var changed = new EventFields()
            .CData("Name", before.Name == after.Name ? null : after.Name)
            .CData("ParentId", before.ParentId == after.ParentId ? null : $"{after.ParentId}");
        return changed.IsEmpty ? [] : [new ContactEvent("update_party", new EventFields().Bare("Id", after.Id).ToString() + changed)];
    }

    private static bool IsMoved(Person before, Person after) => !Departments(before).ToHashSet().SetEquals(Departments(after));

    private static long[] Departments(Person person) => [.. person.Memberships.Select(membership => membership.DepartmentId)];

    private static long MainOf(Person person) => person.MainDepartment ?? person.Memberships[0].DepartmentId;

    private static string Leaderships(Person person) =>
        string.Join(',', person.Memberships.Select(membership => membership.IsLeader ? 1 : 0));
}
