using System.Text.Json;
using WeComSync.Simulator.Customers;

namespace WeComSync.Simulator.Api;

/// <summary>Writes customers and relations as externalcontact/get and externalcontact/batch/get_by_user do.</summary>
internal sealed class CustomerJson(CustomerWorld world, bool genderIsText)
{
    private readonly TagBook _tags = world.Tags;

    public static CustomerJson For(ApiCall call) => new(call.Corp.Customers, call.Corp.Settings.Customers.GenderIsText);

    public void WriteContact(Utf8JsonWriter json, Customer customer)
    {
        json.WriteStartObject(CustomerKeys.ExternalContact);
        WriteFields(json, customer);
        json.WriteEndObject();
    }

    public void WriteFields(Utf8JsonWriter json, Customer customer)
    {
        json.WriteString(CustomerKeys.ExternalUserId, customer.ExternalUserId);
        json.WriteString(CustomerKeys.Name, customer.Name);
        json.WriteNumber(CustomerKeys.Type, customer.Type);
        if (customer.Avatar is { } avatar)
            json.WriteString(CustomerKeys.Avatar, avatar);
        if (genderIsText)
            json.WriteString(CustomerKeys.Gender, customer.Gender switch { 1 => "1", 2 => "2", _ => "0" });
        else
            json.WriteNumber(CustomerKeys.Gender, customer.Gender);
        if (world.UnionIdOf(customer) is { } unionId)
            json.WriteString(CustomerKeys.UnionId, unionId);
        if (!customer.IsWeCom)
            return;
        if (customer.Position is { } position)
            json.WriteString(CustomerKeys.Position, position);
        json.WriteString(CustomerKeys.CorpName, customer.CorpName);
        json.WriteString(CustomerKeys.CorpFullName, customer.CorpFullName);
        if (customer.Profile is { } profile)
            ProfileJson.Write(json, profile);
    }

    /// <summary>An element of <c>follow_user</c>: tags with their names, personal ones too.</summary>
    public void WriteFollower(Utf8JsonWriter json, string userId, Follow follow)
    {
        json.WriteStartObject();
        WriteFollowerFields(json, userId, follow);
        json.WriteEndObject();
    }

    public void WriteFollowerFields(Utf8JsonWriter json, string userId, Follow follow)
    {
        json.WriteString(CustomerKeys.UserId, userId);
        WriteText(json, follow);
        WriteNamedTags(json, follow);
        WriteRest(json, follow);
    }

    /// <summary>The object <c>follow_info</c>: ids of corp tags only.</summary>
    public void WriteInfo(Utf8JsonWriter json, string userId, Follow follow)
    {
        json.WriteStartObject(CustomerKeys.FollowInfo);
        json.WriteString(CustomerKeys.UserId, userId);
        WriteText(json, follow);
        WriteTagIds(json, follow);
        WriteRest(json, follow);
        json.WriteEndObject();
    }

    public void WriteTagIds(Utf8JsonWriter json, Follow follow)
    {
        json.WriteStartArray(CustomerKeys.TagId);
        foreach (var tagId in follow.TagIds)
            if (_tags.IsLive(tagId))
                json.WriteStringValue(tagId);
        json.WriteEndArray();
    }

    private void WriteNamedTags(Utf8JsonWriter json, Follow follow)
    {
        json.WriteStartArray(CustomerKeys.Tags);
        foreach (var tagId in follow.TagIds)
        {
            if (_tags.Find(tagId) is not (var group, var tag))
                continue;
            WriteTag(json, group.Name, tag.Name, group.IsRule ? 3 : 1, tagId);
        }
        foreach (var tag in follow.PersonalTags)
            WriteTag(json, tag.Group, tag.Name, 2, null);
        json.WriteEndArray();
    }

    private static void WriteTag(Utf8JsonWriter json, string group, string name, int type, string? id)
    {
        json.WriteStartObject();
        json.WriteString(CustomerKeys.GroupName, group);
        json.WriteString(CustomerKeys.TagName, name);
        json.WriteNumber(CustomerKeys.Type, type);
        if (id is not null)
            json.WriteString(CustomerKeys.TagId, id);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, Follow follow)
    {
        json.WriteString(CustomerKeys.Remark, follow.Remark);
        json.WriteString(CustomerKeys.Description, follow.Description);
        json.WriteNumber(CustomerKeys.CreateTime, follow.CreateTime);
    }

    private static void WriteRest(Utf8JsonWriter json, Follow follow)
    {
        json.WriteString(CustomerKeys.RemarkCorpName, follow.RemarkCorpName);
        json.WriteStartArray(CustomerKeys.RemarkMobiles);
        foreach (var mobile in follow.RemarkMobiles)
            json.WriteStringValue(mobile);
        json.WriteEndArray();
        json.WriteNumber(CustomerKeys.AddWay, follow.AddWay);
        if (follow.OperUserId is { } operUserId)
            json.WriteString(CustomerKeys.OperUserId, operUserId);
        if (follow.State is { } state)
            json.WriteString(CustomerKeys.State, state);
        if (follow.Channels is { } channels)
        {
            json.WriteStartObject("wechat_channels"u8);
            json.WriteString("nickname"u8, channels.Nickname);
            json.WriteNumber("source"u8, channels.Source);
            json.WriteEndObject();
        }
    }
}
