using System.Text.Json;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Api;

/// <summary><c>department/create</c>, <c>department/update</c> and <c>department/delete</c>.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/90205, 90206, 90207</remarks>
internal static class DepartmentWriteEndpoints
{
    private const int MostDepartments = 30_000;

    private static readonly JsonEncodedText Created = JsonEncodedText.Encode("created");
    private static readonly JsonEncodedText Updated = JsonEncodedText.Encode("updated");
    private static readonly JsonEncodedText Deleted = JsonEncodedText.Encode("deleted");

    public static Endpoint[] All { get; } =
    [
        new("department/create", call => Written(call, Create)) { Rights = Rights.ContactSyncEdit, IsPost = true },
        new("department/update", call => Written(call, Update)) { Rights = Rights.ContactSyncEdit, IsPost = true },
        new("department/delete", call => Written(call, Delete)) { Rights = Rights.ContactSyncEdit },
    ];

    /// <summary>Runs a handler that writes, in one step, and answers with the code of the rule that it breaks.</summary>
    internal static ValueTask<int> Written(ApiCall call, Action<ApiCall> handler)
    {
        try
        {
            return ValueTask.FromResult(call.World.ByContactSync(() =>
            {
                handler(call);
                return 0;
            }));
        }
        catch (WorldRuleException refused)
        {
            return ValueTask.FromResult(refused.ErrCode);
        }
    }

    /// <exception cref="WorldRuleException">81001: the department is full.</exception>
    internal static void RequireRoom(ApiCall call, long departmentId)
    {
        var most = call.Corp.Settings.MostNodesOfDepartment;
        var nodes = call.World.PeopleOf(departmentId).Count + call.World.Departments.Count(known => known.ParentId == departmentId);
        WriteRules.Require(nodes < most, 81001);
    }

    private static void Create(ApiCall call)
    {
        var name = Name(call) ?? "";
        WriteRules.Require(name.Length > 0, 60001);
        var parentId = WriteRules.Number(call.Body, "parentid") ?? 0;
        WriteRules.Require(call.World.FindDepartment(parentId) is not null, 60004);
        var id = WriteRules.Number(call.Body, "id");
        WriteRules.Require(id is null or > Department.RootId, 40058);
        WriteRules.Require(call.World.Departments.Count < MostDepartments, 81001);
        RequireRoom(call, parentId);
        var department = call.World.AddDepartment(name, parentId, id, Order(call) ?? 0);
        if (WriteRules.Text(call.Body, "name_en", call.Corp.Settings.LongestDepartmentName, 60001) is { Length: > 0 } english)
            call.World.UpdateDepartment(department.Id, known => known with { NameEn = english });
        call.Begin(Created).WriteNumber("id", department.Id);
    }

    private static void Update(ApiCall call)
    {
        var id = WriteRules.Number(call.Body, "id") ?? 0;
        WriteRules.Require(call.World.FindDepartment(id) is not null, call.Corp.Settings.UnknownDepartmentCode);
        var known = call.World.FindDepartment(id)!;
        var (name, order) = (Name(call), Order(call));
        var english = WriteRules.Text(call.Body, "name_en", call.Corp.Settings.LongestDepartmentName, 60001);
        var parentId = WriteRules.Number(call.Body, "parentid");
        if (parentId is { } wanted && wanted != known.ParentId)
        {
            WriteRules.Require(id != Department.RootId, 60124);
            WriteRules.Require(call.World.FindDepartment(wanted) is not null, 60004);
            RequireRoom(call, wanted);
        }
        // 0 is what reading answers for the root, and not what writing takes.
        WriteRules.Require(id != Department.RootId || parentId is null, 60124);
        WriteRules.Require(
            !call.World.Departments.Any(other => other.Id != id && other.ParentId == (parentId ?? known.ParentId) && other.Name == (name ?? known.Name)), 60008);
        call.World.UpdateDepartment(id, department => department with
        {
            Name = name is { Length: > 0 } ? name : department.Name,
            NameEn = english ?? department.NameEn,
            Order = order ?? department.Order,
            ParentId = parentId ?? department.ParentId,
        });
        call.Begin(Updated);
    }

    private static void Delete(ApiCall call)
    {
        var id = call.QueryNumber("id") ?? 0;
        WriteRules.Require(call.World.FindDepartment(id) is not null, call.Corp.Settings.UnknownDepartmentCode);
        call.World.DeleteDepartment(id);
        call.Begin(Deleted);
    }

    private static string? Name(ApiCall call)
    {
        var name = WriteRules.Text(call.Body, "name", call.Corp.Settings.LongestDepartmentName, 60001);
        WriteRules.Require(name is null || WriteRules.IsDepartmentName(name), 60009);
        return name;
    }

    private static long? Order(ApiCall call)
    {
        var order = WriteRules.Number(call.Body, "order");
        WriteRules.Require(order is null || WriteRules.IsOrder(order.Value), 40058);
        return order;
    }
}
