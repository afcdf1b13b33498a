using System.Text.Json;
using WeComSync.Simulator.Corps;

namespace WeComSync.Simulator.Api;

/// <summary><c>agent/get</c> and <c>agent/list</c>: an application asks about itself.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/90227</remarks>
internal static class AgentEndpoints
{
    private const string Logo = "https://p.qpic.cn/pic_wework/3474110808/logo/0";

    public static Endpoint[] All { get; } =
    [
        new("agent/get", GetAsync) { WriteEmpty = WriteEmpty },
        new("agent/list", ListAsync) { Rights = Rights.App, WriteEmpty = json => json.WriteEmptyArray("agentlist") },
    ];

    private static ValueTask<int> GetAsync(ApiCall call) => ValueTask.FromResult(Get(call));

    private static int Get(ApiCall call)
    {
        if (call.QueryNumber("agentid") is not { } agentId)
            return 40056;
        if (call.KnownCredential is not App app || app.AgentId != agentId)
            return 301002;
        var range = app.Range;
        var json = call.Begin();
        json.WriteNumber("agentid", app.AgentId);
        json.WriteString("name", app.DisplayName);
        json.WriteString("square_logo_url", Logo);
        json.WriteString("description", "");
        json.WriteStartObject("allow_userinfos");
        json.WriteStartArray("user");
        foreach (var userId in range.Users)
        {
            json.WriteStartObject();
            json.WriteString("userid", userId);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        WriteNumbers(json, "allow_partys", "partyid", range.Departments);
        WriteNumbers(json, "allow_tags", "tagid", range.Tags.Select(tag => (long)tag));
        json.WriteNumber("close", app.IsEnabled ? 0 : 1);
        json.WriteString("redirect_domain", "");
        json.WriteNumber("report_location_flag", 0);
        json.WriteNumber("isreportenter", 0);
        json.WriteString("home_url", "");
        json.WriteNumber("customized_publish_status", 1);
        return 0;
    }

    private static ValueTask<int> ListAsync(ApiCall call)
    {
        var app = (App)call.KnownCredential!;
        var json = call.Begin();
        json.WriteStartArray("agentlist");
        json.WriteStartObject();
        json.WriteNumber("agentid", app.AgentId);
        json.WriteString("name", app.DisplayName);
        json.WriteString("square_logo_url", Logo);
        json.WriteEndObject();
        json.WriteEndArray();
        return ValueTask.FromResult(0);
    }

    private static void WriteEmpty(Utf8JsonWriter json)
    {
        json.WriteStartObject("allow_userinfos");
        json.WriteEmptyArray("user");
        json.WriteEndObject();
        WriteNumbers(json, "allow_partys", "partyid", []);
        WriteNumbers(json, "allow_tags", "tagid", []);
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, string inner, IEnumerable<long> numbers)
    {
        json.WriteStartObject(name);
        json.WriteStartArray(inner);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
