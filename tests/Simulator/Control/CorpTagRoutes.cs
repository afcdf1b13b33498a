namespace WeComSync.Simulator.Control;

/// <summary>Corp tags and their groups.</summary>
internal static class CorpTagRoutes
{
    private const string Tags = "/corps/{corpId}/corp-tags";

    public static void Map(RouteGroupBuilder control, SimulatorHost host)
    {
        control.MapGet(Tags, (string corpId) => host.Corp(corpId).Customers.TagGroups);
        control.MapPost(Tags, (string corpId, TagGroupRequest request) => host.Corp(corpId).Customers.AddTagGroup(request.Name, request.Tags));
        control.MapPost(Tags + "/{id}/tags", (string corpId, string id, NameRequest request) => host.Corp(corpId).Customers.AddTag(id, request.Name));
        control.MapPatch(Tags + "/{id}", (string corpId, string id, NameRequest request) => host.Corp(corpId).Customers.RenameTag(id, request.Name));
        control.MapDelete(Tags + "/{id}", (string corpId, string id) => host.Corp(corpId).Customers.DeleteTag(id));
        control.MapPost(Tags + "/shuffle", (string corpId, ShuffleRequest request) => host.Corp(corpId).Customers.ShuffleTags(request.GroupId));
    }
}
