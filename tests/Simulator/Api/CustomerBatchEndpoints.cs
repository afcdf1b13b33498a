using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Customers;
using WeComSync.Simulator.Generation;

namespace WeComSync.Simulator.Api;

/// <summary><c>externalcontact/batch/get_by_user</c>: every relation of up to 100 members, page by page.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/92994</remarks>
internal static class CustomerBatchEndpoints
{
    private const int MaxUsers = 100;
    private const int MaxUserIdBytes = 64;
    private const int DefaultLimit = 50;

    public static Endpoint[] All { get; } =
    [
        new("externalcontact/batch/get_by_user", GetAsync)
        {
            Rights = Rights.Customers,
            IsPost = true,
            WriteEmpty = json => json.WriteEmptyArray("external_contact_list"),
        },
    ];

    private static async ValueTask<int> GetAsync(ApiCall call)
    {
        var settings = call.Corp.Settings.Customers;
        if (call.Body.Texts("userid_list") is not { Length: > 0 and <= MaxUsers } userIds
            || userIds.Any(userId => System.Text.Encoding.UTF8.GetByteCount(userId) > MaxUserIdBytes)
            || call.Body.Number("limit", DefaultLimit) is not { } limit
            || limit < 1)
            return 40058;
        var licensed = Array.FindAll(userIds, userId => !settings.UnlicensedUsers.Contains(userId, StringComparer.OrdinalIgnoreCase));
        if (licensed.Length == 0)
            return 701008;
        var access = new CustomerAccess(call);
        if (access.IsUnused)
            return 84074;
        var asked = new CursorQuestion(
            call.Body.Text("cursor"), Math.Min(limit, settings.FollowsPerPage), settings.Paging, settings.CursorLifetime, call.Corp.Now)
        {
            Subject = $"{call.KnownCredential!.Name} {string.Join(' ', userIds)}",
        };
        var refusal = Members(access, licensed, settings.BatchSkipsUnknownMembers, out var members);
        if (refusal != 0)
            return refusal;
        if (call.Corp.CustomerPages.Batches.Open(asked, () => Rows(access, members, settings.ShufflesBatches)) is not (var page, var next))
            return settings.BadCursorCode;
        if (page.Count == 0 && asked.Cursor.Length == 0 && settings.EmptyBatchCode is var empty and not 0)
            return empty;
        await WriteAsync(call, page);
        WriteEnd(call, userIds.Except(licensed), call.Next(asked.Cursor, next));
        return 0;
    }

    private static int Members(CustomerAccess access, string[] userIds, bool skipsUnknown, out List<Worlds.PersonNode> members)
    {
        members = [];
        foreach (var userId in userIds)
        {
            var refusal = access.Check(userId, out var person);
            if (refusal == 0)
                members.Add(person);
            else if (!skipsUnknown)
                return refusal;
        }
        return 0;
    }

    private static FollowNode[] Rows(CustomerAccess access, List<Worlds.PersonNode> members, bool shuffles)
    {
        FollowNode[] rows = [.. members.Distinct().SelectMany(access.Customers)];
        if (shuffles)
            Array.Sort(Array.ConvertAll(rows, row => Dice.Scrambled((ulong)row.Index)), rows);
        return rows;
    }

    private static async ValueTask WriteAsync(ApiCall call, ArraySegment<FollowNode> rows)
    {
        var json = call.Begin();
        var writer = CustomerJson.For(call);
        json.WriteStartArray("external_contact_list");
        var count = call.Share(rows.Count);
        for (var i = 0; i < count; i++)
        {
            // Gone since the first page, as far as such a page can know.
            if (rows[i].Member.Person.Current is not { } person)
                continue;
            var customer = call.Corp.Customers.CustomerOf(rows[i].Customer);
            json.WriteStartObject();
            writer.WriteContact(json, customer);
            writer.WriteInfo(json, person.UserId, call.Corp.Customers.FollowOf(rows[i], customer));
            json.WriteEndObject();
            await call.SpillAsync();
        }
        json.WriteEndArray();
    }

    private static void WriteEnd(ApiCall call, IEnumerable<string> unlicensed, string next)
    {
        var json = call.Json;
        if (next.Length > 0 || !call.Corp.Settings.LastCursorIsAbsent)
            json.WriteString("next_cursor", next);
        if (!unlicensed.Any())
            return;
        json.WriteStartObject("fail_info");
        json.WriteStartArray("unlicensed_userid_list");
        foreach (var userId in unlicensed)
            json.WriteStringValue(userId);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
