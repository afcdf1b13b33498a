using System.Collections.Immutable;
using System.Text.Json;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Api;

/// <summary>Custom fields and the external profile.</summary>
internal static class ProfileJson
{
    private static readonly JsonEncodedText ExternalAttr = JsonEncodedText.Encode("external_attr");

    public static void WriteAttributes(Utf8JsonWriter json, JsonEncodedText key, ImmutableArray<ExtField> attributes)
    {
        json.WriteStartArray(key);
        foreach (var attribute in attributes)
        {
            json.WriteStartObject();
            json.WriteNumber("type"u8, attribute.Url is null ? 0 : attribute.AppId is null ? 1 : 2);
            json.WriteString("name"u8, attribute.Name);
            if (attribute.Url is null)
            {
                json.WriteStartObject("text"u8);
                json.WriteString("value"u8, attribute.Value);
            }
            else if (attribute.AppId is not null)
            {
                json.WriteStartObject("miniprogram"u8);
                json.WriteString("appid"u8, attribute.AppId);
                json.WriteString("pagepath"u8, attribute.Url);
                json.WriteString("title"u8, attribute.Value);
            }
            else
            {
                json.WriteStartObject("web"u8);
                json.WriteString("url"u8, attribute.Url);
                json.WriteString("title"u8, attribute.Value);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, ExternalProfile profile)
    {
        json.WriteStartObject("external_profile"u8);
        json.WriteString("external_corp_name"u8, profile.CorpName);
        if (profile.ChannelsNickname is { } nickname)
        {
            json.WriteStartObject("wechat_channels"u8);
            json.WriteString("nickname"u8, nickname);
            json.WriteNumber("status"u8, 1);
            json.WriteEndObject();
        }
        WriteAttributes(json, ExternalAttr, profile.Attributes);
        json.WriteEndObject();
    }
}
