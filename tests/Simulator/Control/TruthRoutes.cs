using System.Text.Json;
using WeComSync.Simulator.Api;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Control;

/// <summary>
/// The whole company as it is, in the words of WeCom's API and with nothing hidden: <c>department[]</c> as in department/list,
/// <c>userlist[]</c> as in user/list, <c>tag[]</c> with <c>tagid</c>, <c>tagname</c>, <c>userlist</c>, <c>partylist</c>.
/// </summary>
internal static class TruthRoutes
{
    private const int PieceSize = 64 * 1024;

    public static void Map(RouteGroupBuilder control, SimulatorHost host) =>
        control.MapGet("/corps/{corpId}/truth", (string corpId, HttpContext http) => WriteAsync(host.Corp(corpId), http));

    private static async Task WriteAsync(Corp corp, HttpContext http)
    {
        http.Response.ContentType = ContentTypes.Json;
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, new JsonWriterOptions { Encoder = RawUtf8Encoder.Instance });
        json.WriteStartObject();
        json.WriteStartArray("department");
        foreach (var row in corp.World.DepartmentRows(null)!)
        {
            DepartmentJson.Write(json, row, Visibility.Everything, corp.Settings.RootParentId);
            await FlushAsync(json, http);
        }
        json.WriteEndArray();
        json.WriteStartArray("userlist");
        var users = new UserJson(corp.World, Visibility.Everything, PersonalFields.None, HiddenShape.Absent);
        foreach (var node in corp.World.MembersBelow(Department.RootId)!)
        {
            if (node.Current is { } person)
                users.Write(json, person, node.Sequence);
            await FlushAsync(json, http);
        }
        json.WriteEndArray();
        WriteTags(json, corp.World);
        json.WriteEndObject();
    }

    private static void WriteTags(Utf8JsonWriter json, World world)
    {
        json.WriteStartArray("tag");
        foreach (var tag in world.Tags)
        {
            json.WriteStartObject();
            json.WriteNumber("tagid", tag.Id);
            json.WriteString("tagname", tag.Name);
            json.WriteStartArray("userlist");
            foreach (var userId in tag.Users)
                json.WriteStringValue(userId);
            json.WriteEndArray();
            json.WriteStartArray("partylist");
            foreach (var department in tag.Departments)
                json.WriteNumberValue(department);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    internal static async ValueTask FlushAsync(Utf8JsonWriter json, HttpContext http)
    {
        if (json.BytesPending + json.BytesCommitted % PieceSize < PieceSize - 4096)
            return;
        await json.FlushAsync();
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
