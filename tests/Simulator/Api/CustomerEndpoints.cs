using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Customers;

namespace WeComSync.Simulator.Api;

/// <summary><c>externalcontact/get_follow_user_list</c>, <c>externalcontact/list</c> and <c>externalcontact/get</c>.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/92571, 92113, 92114</remarks>
internal static class CustomerEndpoints
{
    private const int NoRelation = 84061;

    public static Endpoint[] All { get; } =
    [
        new("externalcontact/get_follow_user_list", ListFollowUsersAsync)
        {
            Rights = Rights.Customers,
            WriteEmpty = json => json.WriteEmptyArray("follow_user"),
        },
        new("externalcontact/list", ListAsync) { Rights = Rights.Customers, WriteEmpty = json => json.WriteEmptyArray("external_userid") },
        new("externalcontact/get", GetAsync) { Rights = Rights.Customers, WriteEmpty = json => json.WriteEmptyArray("follow_user") },
    ];

    private static async ValueTask<int> ListFollowUsersAsync(ApiCall call)
    {
        var access = new CustomerAccess(call);
        if (access.IsUnused)
            return 84074;
        var people = Array.FindAll(call.World.MembersBelow(Worlds.Department.RootId)!, access.Reads);
        var json = call.Begin();
        json.WriteStartArray("follow_user");
        var count = call.Share(people.Length);
        for (var i = 0; i < count; i++)
        {
            json.WriteStringValue(people[i].Last.UserId);
            await call.SpillAsync();
        }
        json.WriteEndArray();
        return 0;
    }

    private static async ValueTask<int> ListAsync(ApiCall call)
    {
        if (call.Query("userid") is not { } userId)
            return 40003;
        var access = new CustomerAccess(call);
        if (access.IsUnused)
            return 84074;
        if (access.Check(userId, out var person) is var refusal and not 0)
            return refusal;
        var follows = access.Customers(person);
        if (follows.Length == 0 && call.Corp.Settings.Customers.EmptyMemberCode is var empty and not 0)
            return empty;
        var json = call.Begin();
        json.WriteStartArray("external_userid");
        var count = call.Share(follows.Length);
        for (var i = 0; i < count; i++)
        {
            json.WriteStringValue(call.Corp.Customers.IdOf(follows[i].Customer));
            await call.SpillAsync();
        }
        json.WriteEndArray();
        return 0;
    }

    private static async ValueTask<int> GetAsync(ApiCall call)
    {
        if (call.Query("external_userid") is not { } id)
            return 41035;
        var customers = call.Corp.Customers;
        var settings = call.Corp.Settings.Customers;
        if (customers.FindNode(id) is not { } node)
            return 40096;
        var access = new CustomerAccess(call);
        var followers = access.Followers(node);
        if (followers.Length == 0)
            return node.Latest is null && !customers.IsHalf(node) ? settings.StrangerCode : NoRelation;
        var seen = Array.FindAll(followers, follow => access.Reads(follow.Member.Person));
        if (seen.Length == 0 && settings.UnseenFollowers == UnseenFollowers.Refused)
            return 40096;
        var asked = new CursorQuestion(call.Query("cursor") ?? "", settings.FollowersPerPage, settings.Paging, settings.CursorLifetime, call.Corp.Now)
        {
            Subject = $"{call.KnownCredential!.Name} {id}",
        };
        if (call.Corp.CustomerPages.Followers.Open(asked, () => seen) is not (var page, var next))
            return settings.BadCursorCode;
        await WriteAsync(call, customers.CustomerOf(node), page, call.Next(asked.Cursor, next));
        return 0;
    }

    private static async ValueTask WriteAsync(ApiCall call, Customer customer, ArraySegment<FollowNode> followers, string next)
    {
        var json = call.Begin();
        var writer = CustomerJson.For(call);
        writer.WriteContact(json, customer);
        if (followers.Count > 0 || call.Corp.Settings.Customers.UnseenFollowers != UnseenFollowers.Absent)
        {
            json.WriteStartArray("follow_user");
            var count = call.Share(followers.Count);
            for (var i = 0; i < count; i++)
            {
                var follow = followers[i];
                writer.WriteFollower(json, follow.Member.Person.Last.UserId, call.Corp.Customers.FollowOf(follow, customer));
                await call.SpillAsync();
            }
            json.WriteEndArray();
        }
        if (next.Length > 0 || !call.Corp.Settings.LastCursorIsAbsent)
            json.WriteString("next_cursor", next);
    }
}
