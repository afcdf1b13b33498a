using System.Text.Json;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Api;

/// <summary><c>department/list</c>, <c>department/simplelist</c> and <c>department/get</c>.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/90208, 95350, 95351</remarks>
internal static class DepartmentEndpoints
{
    public static Endpoint[] All { get; } =
    [
        new("department/list", call => ListAsync(call, "department", DepartmentJson.Write))
        {
            Rights = Rights.Details,
            WriteEmpty = json => json.WriteEmptyArray("department"),
        },
        new("department/simplelist", call => ListAsync(call, "department_id", DepartmentJson.WriteIds))
        {
            WriteEmpty = json => json.WriteEmptyArray("department_id"),
        },
        new("department/get", GetAsync)
        {
            Rights = Rights.Details,
            WriteEmpty = json => DepartmentJson.WriteEmpty(json, "department"),
        },
    ];

    private static async ValueTask<int> ListAsync(
        ApiCall call, string name, Action<Utf8JsonWriter, DepartmentRow, Visibility, long> write)
    {
        long? root = null;
        if (call.Query("id") is not null)
        {
            root = call.QueryNumber("id");
            if (root is null)
                return 40035;
            if (DepartmentAccess.Check(call, root.Value) is var refusal and not 0)
            {
                if (root != Department.RootId || !call.Corp.Settings.RootOutsideRangeIsEmpty)
                    return refusal;
                call.Endpoint.WriteEmpty(call.Begin());
                return 0;
            }
        }
        // Gone since the check: the same as never there.
        if (call.World.DepartmentRows(root) is not { } rows)
            return call.Corp.Settings.UnknownDepartmentCode;
        var visibility = call.Visibility;
        DepartmentRow[] visible = visibility.IsEverything ? rows : [.. rows.Where(row => visibility.Sees(row.Department.Id))];
        var json = call.Begin();
        json.WriteStartArray(name);
        var count = call.Share(visible.Length);
        for (var i = 0; i < count; i++)
        {
            write(json, visible[i], visibility, call.Corp.Settings.RootParentId);
            await call.SpillAsync();
        }
        json.WriteEndArray();
        return 0;
    }

    private static ValueTask<int> GetAsync(ApiCall call) => ValueTask.FromResult(Get(call));

    private static int Get(ApiCall call)
    {
        if (call.QueryNumber("id") is not { } id)
            return 40035;
        if (DepartmentAccess.Check(call, id) is var refusal and not 0)
            return refusal;
        if (call.World.FindDepartmentRow(id) is not { } row)
            return call.Corp.Settings.UnknownDepartmentCode;
        var json = call.Begin();
        json.WritePropertyName("department");
        DepartmentJson.Write(json, row, call.Visibility, call.Corp.Settings.RootParentId);
        return 0;
    }
}
