using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Api;

/// <summary><c>tag/list</c> and <c>tag/get</c>.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/90213, 90216</remarks>
internal static class TagEndpoints
{
    public static Endpoint[] All { get; } =
    [
        new("tag/list", ListAsync) { WriteEmpty = json => json.WriteEmptyArray("taglist") },
        new("tag/get", GetAsync)
        {
            WriteEmpty = json =>
            {
                json.WriteEmptyArray("userlist");
                json.WriteEmptyArray("partylist");
            },
        },
    ];

    private static async ValueTask<int> ListAsync(ApiCall call)
    {
        var tags = call.World.TagRows();
        var json = call.Begin();
        json.WriteStartArray("taglist");
        var count = call.Share(tags.Length);
        for (var i = 0; i < count; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("tagid", tags[i].Id);
            json.WriteString("tagname", tags[i].Name);
            json.WriteEndObject();
            await call.SpillAsync();
        }
        json.WriteEndArray();
        return 0;
    }

    private static async ValueTask<int> GetAsync(ApiCall call)
    {
        if (call.Query("tagid") is null)
            return 41017;
        if (call.QueryNumber("tagid") is not (>= 0 and <= int.MaxValue and var id) || call.World.FindTagRow((int)id) is not { } tag)
            return 40068;
        var visibility = call.Visibility;
        var json = call.Begin();
        json.WriteString("tagname", tag.Name);
        json.WriteStartArray("userlist");
        PersonNode[] people = [.. tag.People.Where(visibility.Sees)];
        var count = call.Share(people.Length);
        for (var i = 0; i < count; i++)
        {
            if (people[i].Current is not { } person)
                continue;
            json.WriteStartObject();
            json.WriteString(UserKeys.UserId, person.UserId);
            json.WriteString(UserKeys.Name, person.Name);
            json.WriteEndObject();
            await call.SpillAsync();
        }
        json.WriteEndArray();
        json.WriteStartArray("partylist");
        foreach (var department in tag.Departments)
            if (visibility.Sees(department))
                json.WriteNumberValue(department);
        json.WriteEndArray();
        return 0;
    }
}
