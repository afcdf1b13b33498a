using System.Text.Json;
using WeComSync.Simulator.Api;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Customers;

namespace WeComSync.Simulator.Control;

/// <summary>
/// Everything about customers as it is, in the words of WeCom's API and with nothing hidden: <c>external_contact[]</c> and
/// <c>follow_user[]</c> (with <c>external_userid</c>, <c>tag_id</c> and <c>deleted_by_customer</c> beside what get shows),
/// <c>tag_group[]</c>, <c>group_chat[]</c>, and <c>service_userid[]</c>, those who have the function.
/// </summary>
internal static class CustomerTruthRoutes
{
    public static void Map(RouteGroupBuilder control, SimulatorHost host) =>
        control.MapGet("/corps/{corpId}/truth/customers", (string corpId, HttpContext http) => WriteAsync(host.Corp(corpId), http));

    private static async Task WriteAsync(Corp corp, HttpContext http)
    {
        http.Response.ContentType = ContentTypes.Json;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, new JsonWriterOptions { Encoder = RawUtf8Encoder.Instance });
        var writer = new CustomerJson(corp.Customers, genderIsText: false);
        json.WriteStartObject();
        json.WriteStartArray("external_contact");
        foreach (var customer in corp.Customers.Customers)
        {
            json.WriteStartObject();
            writer.WriteFields(json, customer);
            json.WriteEndObject();
            await TruthRoutes.FlushAsync(json, http);
        }
        json.WriteEndArray();
        json.WriteStartArray("follow_user");
        foreach (var relation in corp.Customers.Relations)
        {
            json.WriteStartObject();
            json.WriteString(CustomerKeys.ExternalUserId, relation.ExternalUserId);
            writer.WriteFollowerFields(json, relation.UserId, relation.Follow);
            writer.WriteTagIds(json, relation.Follow);
            json.WriteBoolean("deleted_by_customer"u8, relation.Follow.IsDeletedByCustomer);
            json.WriteEndObject();
            await TruthRoutes.FlushAsync(json, http);
        }
        json.WriteEndArray();
        WriteTags(json, corp.Customers);
        json.WriteStartArray("group_chat");
        foreach (var chat in corp.Customers.Chats)
            await GroupChatJson.WriteAsync(json, chat, corp.Customers, withNames: true, chat.Members.Length, () => TruthRoutes.FlushAsync(json, http));
        json.WriteEndArray();
        json.WriteStartArray("service_userid");
        foreach (var node in corp.World.MembersBelow(Worlds.Department.RootId)!)
            if (corp.Customers.Service.Sees(node))
                json.WriteStringValue(node.Last.UserId);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTags(Utf8JsonWriter json, CustomerWorld customers)
    {
        json.WriteStartArray("tag_group");
        foreach (var group in customers.TagGroups)
        {
            json.WriteStartObject();
            json.WriteBoolean("rule"u8, group.IsRule);
            CorpTagEndpoints.WriteFields(json, group, showsDeletedTags: false, tellsDeletedGroup: false);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
