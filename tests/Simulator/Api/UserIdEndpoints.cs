using System.Text.Json;
using WeComSync.Simulator.Corps;

namespace WeComSync.Simulator.Api;

/// <summary><c>user/list_id</c>: every membership of the company, page by page.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/96067</remarks>
internal static class UserIdEndpoints
{
    private const int MaxLimit = 10_000;

    private static readonly JsonEncodedText UserId = JsonEncodedText.Encode("userid");
    private static readonly JsonEncodedText Department = JsonEncodedText.Encode("department");

    public static Endpoint[] All { get; } =
    [
        new("user/list_id", ListAsync) { Rights = Rights.ContactSync, IsPost = true, WriteEmpty = WriteEmpty },
    ];

    private static async ValueTask<int> ListAsync(ApiCall call)
    {
        var settings = call.Corp.Settings;
        var limit = settings.ListIdDefaultLimit;
        if (call.Body.TryGetProperty("limit", out var given)
            && (given.ValueKind != JsonValueKind.Number || !given.TryGetInt32(out limit) || limit is < 1 or > MaxLimit))
            return 40058;
        var cursor = call.Body.TryGetProperty("cursor", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
        var listing = new CursorQuestion(cursor, limit, settings.ListIdPaging, settings.CursorLifetime, call.Corp.Now);
        if (call.Corp.ListIdPages.Open(listing, () => call.World.Rows(settings.ListIdByDepartment)) is not (var rows, var next))
            return 50100;
        next = call.Next(cursor, next);
        var json = call.Begin();
        if (next.Length > 0 || !settings.LastCursorIsAbsent)
            json.WriteString("next_cursor", next);
        json.WriteStartArray("dept_user");
        var count = call.Share(rows.Count);
        for (var i = 0; i < count; i++)
        {
            if (rows[i].Person.Current is not { } person)
                continue;
            json.WriteStartObject();
            json.WriteString(UserId, person.UserId);
            json.WriteNumber(Department, rows[i].DepartmentId);
            json.WriteEndObject();
            await call.SpillAsync();
        }
        json.WriteEndArray();
        return 0;
    }

    private static void WriteEmpty(Utf8JsonWriter json)
    {
        json.WriteString("next_cursor", "");
        json.WriteEmptyArray("dept_user");
    }
}
