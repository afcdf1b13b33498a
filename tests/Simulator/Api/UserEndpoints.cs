using System.Text.Json;

namespace WeComSync.Simulator.Api;

/// <summary><c>user/get</c>, <c>user/simplelist</c> and <c>user/list</c>.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/90196, 90200, 90201</remarks>
internal static class UserEndpoints
{
    public static Endpoint[] All { get; } =
    [
        new("user/get", GetAsync) { Rights = Rights.Details, WriteEmpty = WriteEmptyUser },
        new("user/simplelist", call => ListAsync(call, isSimple: true)) { Rights = Rights.Details, WriteEmpty = WriteEmptyList },
        new("user/list", call => ListAsync(call, isSimple: false)) { Rights = Rights.Details, WriteEmpty = WriteEmptyList },
    ];

    private static ValueTask<int> GetAsync(ApiCall call) => ValueTask.FromResult(Get(call));

    private static int Get(ApiCall call)
    {
        if (call.Query("userid") is not { } userId)
            return 40003;
        if (call.World.FindNode(userId) is not { Current: { } person } node || !call.Visibility.Sees(node))
            return call.Corp.Settings.UnknownUserCode;
        var json = call.Begin();
        UserJson.For(call).WriteFields(json, person, node.Sequence);
        return 0;
    }

    private static async ValueTask<int> ListAsync(ApiCall call, bool isSimple)
    {
        if (call.QueryNumber("department_id") is not { } id)
            return 40035;
        if (DepartmentAccess.Check(call, id) is var refusal and not 0)
            return refusal;
        var isDeep = call.Query("fetch_child") == "1" && call.Corp.Settings.HonoursFetchChild;
        var people = isDeep ? call.World.MembersBelow(id) : call.World.MembersOf(id);
        if (people is null)
            return call.Corp.Settings.UnknownDepartmentCode;
        if (!isSimple && call.Corp.Settings.MaxUsersPerAnswer is var most and > 0 && people.Length > most)
            return 45029;
        var users = UserJson.For(call);
        var json = call.Begin();
        json.WriteStartArray("userlist");
        var count = call.Share(people.Length);
        for (var i = 0; i < count; i++)
        {
            if (people[i].Current is not { } person)
                continue;
            if (isSimple)
                users.WriteSimple(json, person);
            else
                users.Write(json, person, people[i].Sequence);
            await call.SpillAsync();
        }
        json.WriteEndArray();
        return 0;
    }

    private static void WriteEmptyList(Utf8JsonWriter json) => json.WriteEmptyArray("userlist");

    private static void WriteEmptyUser(Utf8JsonWriter json)
    {
        json.WriteEmptyArray("department");
        json.WriteEmptyArray("order");
        json.WriteEmptyArray("is_leader_in_dept");
        json.WriteEmptyArray("direct_leader");
    }
}
