using WeComSync.Simulator.Customers;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Generation;

/// <summary>Makes customer groups up, each from its number alone.</summary>
/// <param name="staff">Members of the company, of whom some are in groups.</param>
/// <param name="customers">How many made-up customers there are to choose from, the strangers after them not counted.</param>
/// <param name="strangers">People whom nobody has added.</param>
/// <param name="most">External members of the largest group.</param>
internal sealed class ChatMaker(int seed, CustomerMaker people, PersonNode[] staff, int customers, int strangers, int most)
{
    private const long FirstDay = 1_577_836_800;

    private static readonly string[] Names = ["福利群", "老客户群", "新品体验群🌸", "VIP 服务群", "同城团购群", "售后群"];

    public static string IdOf(int seed, int index) => Dice.Of(seed, "chat id", index).Text("wr", 32);

    /// <summary>The state after so many changes of its members.</summary>
    public static string VersionOf(int seed, int index, int version) => Dice.Of($"chat version/{seed}/{index}", version).Hex(32);

    public GroupChat Make(int index, PersonNode owner)
    {
        var dice = Dice.Of(seed, "chat", index);
        var created = FirstDay + dice.Next(150_000_000);
        var helpers = Helpers(owner, ref dice);
        return new GroupChat
        {
            ChatId = IdOf(seed, index),
            Owner = owner,
            Name = dice.Chance(0.1) ? "" : $"{dice.Pick(Names)}{index + 1}",
            Notice = dice.Chance(0.3) ? "入群请修改昵称\n文明发言" : "",
            CreateTime = created,
            AdminNodes = helpers.Length > 0 && dice.Chance(0.5) ? [helpers[0]] : [],
            Members = [.. Members(owner, helpers, created, dice)],
            MemberVersion = VersionOf(seed, index, 0),
        };
    }

    private PersonNode[] Helpers(PersonNode owner, ref Dice dice)
    {
        var chosen = new List<PersonNode>();
        for (var i = dice.Next(4); i > 0; i--)
        {
            var candidate = staff[dice.Next(staff.Length)];
            if (candidate != owner && candidate.Current is not null && !chosen.Contains(candidate))
                chosen.Add(candidate);
        }
        return [.. chosen];
    }

    private IEnumerable<ChatMember> Members(PersonNode owner, PersonNode[] helpers, long created, Dice dice)
    {
        yield return new ChatMember { Staff = owner, JoinTime = created, JoinScene = 1 };
        foreach (var helper in helpers)
            yield return new ChatMember { Staff = helper, Invitor = owner, JoinTime = created + dice.Next(1000), JoinScene = 1 };
        var count = most == 0 || customers == 0 ? 0 : 1 + dice.Next(most);
        var first = dice.Next(Math.Max(customers, 1));
        for (var i = 0; i < count && i < customers; i++)
            yield return External((first + i) % customers, owner, created, ref dice);
        if (strangers > 0 && count > 0)
            yield return External(customers + dice.Next(strangers), owner, created, ref dice);
    }

    private ChatMember External(int index, PersonNode owner, long created, ref Dice dice)
    {
        var scene = 1 + dice.Next(3);
        return new ChatMember
        {
            ExternalUserId = people.IdOf(index),
            JoinTime = created + dice.Next(10_000_000),
            JoinScene = scene,
            Invitor = scene == 1 ? owner : null,
            Nickname = dice.Chance(0.1) ? "群里的我" : "",
            State = scene == 3 && dice.Chance(0.5) ? "poster-7" : null,
        };
    }
}
