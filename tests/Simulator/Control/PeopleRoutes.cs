using System.Text.Json.Nodes;
using WeComSync.Simulator.Generation;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Control;

internal static class PeopleRoutes
{
    private const string People = "/corps/{corpId}/people";
    private const string One = People + "/{userId}";

    public static void Map(RouteGroupBuilder control, SimulatorHost host)
    {
        control.MapGet(One, (string corpId, string userId) =>
            host.Corp(corpId).World.FindPerson(userId) ?? throw new KeyNotFoundException($"There is no {userId}."));
        control.MapPost(People, (string corpId, Person person) =>
            host.Corp(corpId).World.Hire(person.Memberships.IsEmpty ? person with { Memberships = [new(Department.RootId)] } : person));
        control.MapPatch(One, (string corpId, string userId, JsonObject patch) =>
            host.Corp(corpId).World.Update(userId, person => ControlJson.Patched(person, patch)));
        control.MapDelete(One, (string corpId, string userId) => host.Corp(corpId).World.Leave(userId));
        control.MapPost(One + "/move", (string corpId, string userId, MoveRequest request) =>
            host.Corp(corpId).World.Move(userId, request.Departments));
        control.MapPost(One + "/userid", (string corpId, string userId, UserIdRequest request) =>
            host.Corp(corpId).World.ChangeUserId(userId, request.NewUserId));
        control.MapPost("/corps/{corpId}/churn", (string corpId, Churn churn) => churn.Apply(host.Corp(corpId).World));
    }
}
