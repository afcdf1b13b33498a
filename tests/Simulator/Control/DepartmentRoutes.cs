using System.Text.Json.Nodes;

namespace WeComSync.Simulator.Control;

internal static class DepartmentRoutes
{
    private const string Departments = "/corps/{corpId}/departments";
    private const string One = Departments + "/{id:long}";

    public static void Map(RouteGroupBuilder control, SimulatorHost host)
    {
        control.MapPost(Departments, (string corpId, DepartmentRequest request) =>
            host.Corp(corpId).World.AddDepartment(request.Name, request.ParentId, request.Id, request.Order));
        control.MapPatch(One, (string corpId, long id, JsonObject patch) =>
            host.Corp(corpId).World.UpdateDepartment(id, department => ControlJson.Patched(department, patch)));
        control.MapDelete(One, (string corpId, long id) => host.Corp(corpId).World.DeleteDepartment(id));
    }
}
