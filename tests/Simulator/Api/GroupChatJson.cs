using System.Text.Json;
using WeComSync.Simulator.Customers;

namespace WeComSync.Simulator.Api;

/// <summary>Writes a customer group as groupchat/get does.</summary>
internal static class GroupChatJson
{
    /// <param name="withNames">Names of members, which are left out unless asked for.</param>
    /// <param name="count">How many members to write.</param>
    /// <param name="spill">To be called between members.</param>
    public static async ValueTask WriteAsync(
        Utf8JsonWriter json, GroupChat chat, CustomerWorld world, bool withNames, int count, Func<ValueTask> spill)
    {
        json.WriteStartObject();
        json.WriteString("chat_id"u8, chat.ChatId);
        json.WriteString("name"u8, chat.Name);
        json.WriteString("owner"u8, chat.OwnerUserId);
        json.WriteNumber("create_time"u8, chat.CreateTime);
        json.WriteString("notice"u8, chat.Notice);
        json.WriteStartArray("member_list"u8);
        for (var i = 0; i < count; i++)
        {
            WriteMember(json, chat.Members[i], world, withNames);
            await spill();
        }
        json.WriteEndArray();
        json.WriteStartArray("admin_list"u8);
        foreach (var admin in chat.Admins)
        {
            json.WriteStartObject();
            json.WriteString("userid"u8, admin);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("member_version"u8, chat.MemberVersion);
        json.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter json, ChatMember member, CustomerWorld world, bool withName)
    {
        var customer = member.ExternalUserId is { } id ? world.Find(id) : null;
        json.WriteStartObject();
        json.WriteString("userid"u8, member.Id);
        json.WriteNumber("type"u8, member.Type);
        if (customer is not null && world.UnionIdOf(customer) is { } unionId)
            json.WriteString("unionid"u8, unionId);
        json.WriteNumber("join_time"u8, member.JoinTime);
        json.WriteNumber("join_scene"u8, member.JoinScene);
        if (member.InvitorUserId is { } invitor)
        {
            json.WriteStartObject("invitor"u8);
            json.WriteString("userid"u8, invitor);
            json.WriteEndObject();
        }
        json.WriteString("group_nickname"u8, member.Nickname);
        if (withName)
            json.WriteString("name"u8, customer?.Name ?? member.Staff?.Last.Name ?? "");
        if (member.State is { } state)
            json.WriteString("state"u8, state);
        json.WriteEndObject();
    }
}
