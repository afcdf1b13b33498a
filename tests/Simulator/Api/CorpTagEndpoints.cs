using System.Text.Json;
using WeComSync.Simulator.Customers;

namespace WeComSync.Simulator.Api;

/// <summary><c>externalcontact/get_corp_tag_list</c>: corp tags, all live ones or those asked for. Rule groups are not among them.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/92117</remarks>
internal static class CorpTagEndpoints
{
    private const int UnknownTag = 40068;

    public static Endpoint[] All { get; } =
    [
        new("externalcontact/get_corp_tag_list", ListAsync)
        {
            Rights = Rights.Customers,
            IsPost = true,
            WriteEmpty = json => json.WriteEmptyArray("tag_group"),
        },
    ];

    private static async ValueTask<int> ListAsync(ApiCall call)
    {
        if (call.Body.Texts("tag_id") is not { } tagIds || call.Body.Texts("group_id") is not { } groupIds)
            return 40058;
        var groups = call.Corp.Customers.Tags.Groups.Where(group => !group.IsRule).ToArray();
        var byTag = groupIds.Length == 0 && tagIds.Length > 0;
        var isFiltered = byTag || groupIds.Length > 0;
        if (byTag)
        {
            if (tagIds.Except(groups.SelectMany(group => group.Tags, (_, tag) => tag.Id)).Any())
                return UnknownTag;
            groups = [.. groups.Select(group => group with { Tags = [.. group.Tags.Where(tag => tagIds.Contains(tag.Id))] })
                .Where(group => group.Tags.Length > 0)];
        }
        else if (isFiltered)
        {
            if (groupIds.Except(groups.Select(group => group.Id)).Any())
                return UnknownTag;
            groups = [.. groups.Where(group => groupIds.Contains(group.Id))];
        }
        else
        {
            groups = [.. groups.Where(group => !group.IsDeleted)];
        }
        var json = call.Begin();
        json.WriteStartArray("tag_group");
        foreach (var group in groups.AsSpan(0, call.Share(groups.Length)).ToArray())
        {
            json.WriteStartObject();
            WriteFields(json, group, showsDeletedTags: isFiltered, tellsDeletedGroup: byTag);
            json.WriteEndObject();
            await call.SpillAsync();
        }
        json.WriteEndArray();
        return 0;
    }

    public static void WriteFields(Utf8JsonWriter json, CorpTagGroup group, bool showsDeletedTags, bool tellsDeletedGroup)
    {
        json.WriteString("group_id"u8, group.Id);
        json.WriteString("group_name"u8, group.Name);
        json.WriteNumber("create_time"u8, group.CreateTime);
        json.WriteNumber("order"u8, group.Order);
        if (tellsDeletedGroup)
            json.WriteBoolean("deleted"u8, group.IsDeleted);
        WriteTags(json, group, showsDeletedTags);
    }

    private static void WriteTags(Utf8JsonWriter json, CorpTagGroup group, bool showsDeleted)
    {
        json.WriteStartArray("tag"u8);
        foreach (var tag in group.Tags)
        {
            if (tag.IsDeleted && !showsDeleted)
                continue;
            json.WriteStartObject();
            json.WriteString("id"u8, tag.Id);
            json.WriteString("name"u8, tag.Name);
            json.WriteNumber("create_time"u8, tag.CreateTime);
            json.WriteNumber("order"u8, tag.Order);
            if (showsDeleted)
                json.WriteBoolean("deleted"u8, tag.IsDeleted);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
