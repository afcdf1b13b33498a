using System.Text.Json.Nodes;
using WeComSync.Simulator.Customers;
using WeComSync.Simulator.Generation;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Control;

/// <summary>Customers, who follows them, transfers, and what the company set up for them.</summary>
internal static class CustomerRoutes
{
    private const string Corp = "/corps/{corpId}";
    private const string One = Corp + "/customers/{id}";
    private const string Follow = Corp + "/follows/{userId}/{id}";

    public static void Map(RouteGroupBuilder control, SimulatorHost host)
    {
        control.MapGet(One, (string corpId, string id) => Of(corpId).Find(id) ?? throw new KeyNotFoundException($"There is no customer {id}."));
        control.MapPost(Corp + "/customers", (string corpId, AddCustomerRequest request) => Add(Of(corpId), request));
        control.MapPost(Corp + "/half-customers", (string corpId, AddCustomerRequest request) =>
            new { ExternalUserId = Of(corpId).AddHalf(request.UserId, request.ExternalUserId, request.State) });
        control.MapPatch(One, (string corpId, string id, JsonObject patch) =>
            Of(corpId).EditCustomer(id, customer => ControlJson.Patched(customer, patch)));
        control.MapGet(Follow, (string corpId, string userId, string id) =>
            Of(corpId).Find(userId, id) ?? throw new KeyNotFoundException($"{userId} does not follow {id}."));
        control.MapPatch(Follow, (string corpId, string userId, string id, JsonObject patch) =>
            Of(corpId).Edit(userId, id, follow => ControlJson.Patched(follow, patch)));
        control.MapDelete(Follow, (string corpId, string userId, string id, bool? byCustomer) =>
        {
            if (byCustomer == true)
                Of(corpId).DeleteByCustomer(userId, id);
            else
                Of(corpId).Delete(userId, id);
        });
        control.MapPost(Corp + "/customer-churn", (string corpId, CustomerChurn churn) => churn.Apply(host.Corp(corpId).World, Of(corpId)));
        control.MapPut(Corp + "/service-range", (string corpId, JsonObject range) =>
            Of(corpId).ServiceRange = ControlJson.Patched(VisibleRange.Nothing, range));
        control.MapPut(Corp + "/developer-account", (string corpId, DeveloperAccountRequest request) =>
        {
            Of(corpId).DeveloperAccount = request.Account;
        });
        MapTransfers(control, Of);

        CustomerWorld Of(string corpId) => host.Corp(corpId).Customers;
    }

    private static void MapTransfers(RouteGroupBuilder control, Func<string, CustomerWorld> of)
    {
        control.MapGet(Corp + "/transfers", (string corpId) => of(corpId).Transfers);
        control.MapPost(Corp + "/transfers", (string corpId, TransferRequest request) =>
            of(corpId).BeginTransfer(request.GiverUserId, request.TakerUserId, request.ExternalUserId) is var code and not 0
                ? throw new WorldRuleException(code, $"{request.ExternalUserId} cannot be handed over.")
                : of(corpId).Transfers);
        control.MapPost(Corp + "/transfers/{id}/complete", (string corpId, string id) => of(corpId).CompleteTransfer(id));
        control.MapPost(Corp + "/transfers/{id}/fail", (string corpId, string id, FailRequest request) => of(corpId).FailTransfer(id, request.TakerIsFull));
    }

    private static Relation Add(CustomerWorld customers, AddCustomerRequest request) =>
        customers.Add(request.UserId, request.ExternalUserId, follow => follow with
        {
            State = request.State ?? follow.State,
            AddWay = request.AddWay ?? follow.AddWay,
        });
}
