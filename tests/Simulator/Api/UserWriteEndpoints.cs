using System.Text.Json;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Api;

/// <summary><c>user/create</c>, <c>user/update</c> and <c>user/delete</c>.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/90195, 90197, 90198</remarks>
internal static class UserWriteEndpoints
{
    private const int NotActivated = 4;

    private static readonly JsonEncodedText Created = JsonEncodedText.Encode("created");
    private static readonly JsonEncodedText Updated = JsonEncodedText.Encode("updated");
    private static readonly JsonEncodedText Deleted = JsonEncodedText.Encode("deleted");

    public static Endpoint[] All { get; } =
    [
        new("user/create", call => DepartmentWriteEndpoints.Written(call, Create)) { Rights = Rights.ContactSyncEdit, IsPost = true },
        new("user/update", call => DepartmentWriteEndpoints.Written(call, Update)) { Rights = Rights.ContactSyncEdit, IsPost = true },
        new("user/delete", call => DepartmentWriteEndpoints.Written(call, Delete)) { Rights = Rights.ContactSyncEdit },
    ];

    private static void Create(ApiCall call)
    {
        var settings = call.Corp.Settings;
        var userId = UserId(call);
        WriteRules.Require(UserIdRule.Allows(userId), 40003);
        WriteRules.Require(call.World.FindPerson(userId) is null, 60102);
        WriteRules.Require(settings.MostMembers == 0 || call.World.PeopleCount < settings.MostMembers, 45024);
        var person = UserBody.Apply(call, new Person { UserId = userId, Name = "", Status = NotActivated }, isNew: true, out var newDepartments);
        call.World.Hire(person);
        Answer(call, Created, newDepartments);
    }

    private static void Update(ApiCall call)
    {
        WriteRules.Require(call.World.FindPerson(UserId(call)) is not null, call.Corp.Settings.UnknownUserCode);
        var known = call.World.FindPerson(UserId(call))!;
        var newUserId = WriteRules.Text(call.Body, "new_userid", 64, 40003);
        if (newUserId is not null)
        {
            WriteRules.Require(UserIdRule.Allows(newUserId), 40003);
            WriteRules.Require(known.HasGeneratedUserId, 301036);
            WriteRules.Require(call.World.FindPerson(newUserId) is null, 60102);
        }
        var person = UserBody.Apply(call, known, isNew: false, out var newDepartments);
        call.World.Update(known.UserId, _ => person);
        if (newUserId is not null)
            call.World.ChangeUserId(known.UserId, newUserId);
        Answer(call, Updated, newDepartments);
    }

    private static void Delete(ApiCall call)
    {
        WriteRules.Require(call.Query("userid") is { } wanted && call.World.FindPerson(wanted) is not null, call.Corp.Settings.UnknownUserCode);
        call.World.Leave(call.Query("userid")!);
        call.Begin(Deleted);
    }

    private static string UserId(ApiCall call) => WriteRules.Text(call.Body, "userid", 64, 40003) ?? "";

    private static void Answer(ApiCall call, JsonEncodedText text, IReadOnlyCollection<Department> newDepartments)
    {
        var json = call.Begin(text);
        if (newDepartments.Count == 0)
            return;
        json.WriteStartObject("created_department_list");
        json.WriteStartArray("department_info");
        foreach (var department in newDepartments)
        {
            json.WriteStartObject();
            json.WriteString("name", department.Name);
            json.WriteNumber("id", department.Id);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
