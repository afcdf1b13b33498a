using System.Collections.Immutable;
using System.Text.Json;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Api;

/// <summary>
/// What <c>user/create</c> and <c>user/update</c> make of their body. Fields that the simulator's people do not have (<c>avatar_mediaid</c>,
/// <c>biz_mail_alias</c>, <c>to_invite</c>) and custom fields, unknown to this company's console, are ignored, as WeCom ignores those.
/// </summary>
internal static class UserBody
{
    private const int Activated = 1;
    private const int Disabled = 2;

    /// <summary>Where members without a department go.</summary>
    private const string NoDepartment = "其他（待设置部门）";

    /// <param name="call">Whose body.</param>
    /// <param name="person">As he is; what the body does not name stays.</param>
    /// <param name="isNew">He is created.</param>
    /// <param name="newDepartments">Departments that were made for him.</param>
    /// <exception cref="WorldRuleException">A rule is broken.</exception>
    public static Person Apply(ApiCall call, Person person, bool isNew, out IReadOnlyCollection<Department> newDepartments)
    {
        var body = call.Body;
        var name = WriteRules.Text(body, "name", 64, 60112) ?? person.Name;
        WriteRules.Require(name.Length > 0, 60112);
        var changed = person with
        {
            Name = name,
            Alias = WriteRules.Text(body, "alias", 64) ?? person.Alias,
            Mobile = Mobile(call, person, isNew),
            Email = Email(call, person),
            BizMail = WriteRules.Text(body, "biz_mail", 64) ?? person.BizMail,
            Position = WriteRules.Text(body, "position", 128, 301012) ?? person.Position,
            Telephone = Telephone(body) ?? person.Telephone,
            Address = WriteRules.Text(body, "address", 128) ?? person.Address,
            ExternalPosition = WriteRules.Text(body, "external_position", 12) ?? person.ExternalPosition,
            Gender = Gender(body) ?? person.Gender,
            DirectLeaders = DirectLeaders(call) ?? person.DirectLeaders,
            Status = Status(body, person),
        };
        var isUntouched = !isNew && changed.Mobile == person.Mobile && changed.Email == person.Email;
        WriteRules.Require(isUntouched || changed.Mobile.Length + changed.Email.Length > 0, 60129);
        return changed with { Memberships = Memberships(call, person, isNew, out newDepartments), MainDepartment = MainDepartment(call) ?? person.MainDepartment };
    }

    private static string Mobile(ApiCall call, Person person, bool isNew)
    {
        // An activated member's number is his own: WeCom accepts the call and changes nothing.
        if (WriteRules.Text(call.Body, "mobile", 32, 60103) is not { } mobile || (!isNew && person.Status == Activated))
            return person.Mobile;
        WriteRules.Require(mobile.Length == 0 || WriteRules.IsMobile(mobile), 60103);
        WriteRules.Require(mobile.Length == 0 || !Others(call, person).Any(other => WriteRules.Plain(other.Mobile) == WriteRules.Plain(mobile)), 60104);
        return mobile;
    }

    private static string Email(ApiCall call, Person person)
    {
        if (WriteRules.Text(call.Body, "email", 64, 60105) is not { } email)
            return person.Email;
        WriteRules.Require(email.Length == 0 || WriteRules.IsEmail(email), 60105);
        WriteRules.Require(email.Length == 0 || !Others(call, person).Any(other => other.Email.Equals(email, StringComparison.OrdinalIgnoreCase)), 60106);
        return email;
    }

    private static IEnumerable<Person> Others(ApiCall call, Person person) =>
        call.World.People.Where(other => !other.UserId.Equals(person.UserId, StringComparison.OrdinalIgnoreCase));

    private static string? Telephone(JsonElement body)
    {
        var telephone = WriteRules.Text(body, "telephone", 32, 301013);
        WriteRules.Require(telephone is null || WriteRules.IsTelephone(telephone), 301013);
        return telephone;
    }

    /// <summary>A text, as everywhere at WeCom.</summary>
    private static int? Gender(JsonElement body)
    {
        var gender = WriteRules.Text(body, "gender", 1, 40058);
        WriteRules.Require(gender is null or "0" or "1" or "2", 40058);
        return gender is null ? null : gender[0] - '0';
    }

    private static int Status(JsonElement body, Person person) => WriteRules.Number(body, "enable") switch
    {
        0 => Disabled,
        1 when person.Status == Disabled => Activated,
        _ => person.Status,
    };

    private static ImmutableArray<string>? DirectLeaders(ApiCall call)
    {
        if (!call.Body.TryGetProperty("direct_leader", out _))
            return null;
        var leaders = call.Body.Texts("direct_leader");
        WriteRules.Require(leaders is not null, 40058);
        WriteRules.Require(leaders!.Length <= call.Corp.Settings.MostDirectLeaders, 60257);
        WriteRules.Require(leaders.All(leader => call.World.FindPerson(leader) is not null), 301021);
        return [.. leaders.Select(leader => call.World.FindPerson(leader)!.UserId)];
    }

    private static long? MainDepartment(ApiCall call)
    {
        var main = WriteRules.Number(call.Body, "main_department");
        WriteRules.Require(main is null || call.World.FindDepartment(main.Value) is not null, 60003);
        return main;
    }

    private static ImmutableArray<Membership> Memberships(ApiCall call, Person person, bool isNew, out IReadOnlyCollection<Department> newDepartments)
    {
        var made = new List<Department>();
        newDepartments = made;
        var settings = call.Corp.Settings;
        var ids = WriteRules.Numbers(call.Body, "department", 41019);
        if (ids is null && !isNew)
            return person.Memberships;
        ids = [.. (ids ?? []).Where(id => id != 0).Distinct()];
        WriteRules.Require(ids.Length > 0 || settings.CreatesUnknownDepartments, 41019);
        WriteRules.Require(ids.Length <= settings.MostDepartmentsOfMember, 60110);
        var orders = WriteRules.Numbers(call.Body, "order", 40058);
        WriteRules.Require(orders is null || (orders.Length == ids.Length && orders.All(WriteRules.IsOrder)), 40058);
        var leads = WriteRules.Numbers(call.Body, "is_leader_in_dept", 60132);
        WriteRules.Require(leads is null || (leads.Length == ids.Length && leads.All(flag => flag is 0 or 1)), 60132);
        WriteRules.Require(settings.CreatesUnknownDepartments || ids.All(id => call.World.FindDepartment(id) is not null), 60003);
        foreach (var id in ids.Where(id => call.World.FindDepartment(id) is null))
            made.Add(call.World.AddDepartment($"待设置部门{id}", Waiting(call).Id, id));
        foreach (var id in ids.Except(made.Select(department => department.Id)).Where(id => person.Memberships.All(known => known.DepartmentId != id)))
            DepartmentWriteEndpoints.RequireRoom(call, id);
        return ids.Length == 0
            ? [new Membership(Waiting(call).Id)]
            : [.. ids.Select((id, place) => new Membership(id, orders?[place] ?? 0, leads?[place] == 1))];
    }

    private static Department Waiting(ApiCall call) =>
        call.World.Departments.FirstOrDefault(department => department.ParentId == Department.RootId && department.Name == NoDepartment)
        ?? call.World.AddDepartment(NoDepartment);
}
