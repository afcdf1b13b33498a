namespace WeComSync.Simulator.Control;

internal static class TagRoutes
{
    private const string Tags = "/corps/{corpId}/tags";
    private const string One = Tags + "/{id:int}";

    public static void Map(RouteGroupBuilder control, SimulatorHost host)
    {
        control.MapPost(Tags, (string corpId, TagRequest request) => host.Corp(corpId).World.AddTag(request.Name, request.Id));
        control.MapPatch(One, (string corpId, int id, TagRequest request) => host.Corp(corpId).World.RenameTag(id, request.Name));
        control.MapDelete(One, (string corpId, int id) => host.Corp(corpId).World.DeleteTag(id));
        control.MapPost(One + "/members", (string corpId, int id, TagMembersRequest request) =>
        {
            var world = host.Corp(corpId).World;
            world.AddToTag(id, request.AddUsers, request.AddDepartments);
            world.RemoveFromTag(id, request.RemoveUsers, request.RemoveDepartments);
            return world.FindTag(id);
        });
    }
}
