using System.Collections.Immutable;
using System.Globalization;
using WeComSync.Simulator.Customers;

namespace WeComSync.Simulator.Generation;

/// <summary>Makes up what a member wrote about a customer, from the number of the relation alone.</summary>
/// <param name="tagIds">Corp tags and tags of rule groups to choose from.</param>
internal sealed class FollowMaker(int seed, string[] tagIds)
{
    private const long FirstAdding = 1_577_836_800;
    private const int AddingsOver = 180_000_000;

    private static readonly int[] AddWays = [0, 1, 1, 1, 2, 3, 4, 6, 10, 13, 16, 16, 24, 201, 202];
    private static readonly string[] Personal = ["爱喝茶", "老客户", "嗓门大🌸", "周末联系", "VIP"];

    public Follow Make(int index, string userId, Customer customer)
    {
        var dice = Dice.Of(seed, "follow", index);
        var addWay = dice.Pick(AddWays);
        return new Follow
        {
            // A remark is the nickname until somebody writes another one.
            Remark = dice.Chance(0.6) ? customer.Name : $"{dice.Pick(NameParts.Surnames).Han}老师-{dice.Next(10_000)}",
            Description = dice.Chance(0.1) ? $"第{dice.Next(30)}次到店，喜欢\n\"经典款\"" : "",
            CreateTime = FirstAdding + dice.Next(AddingsOver),
            TagIds = Tags(ref dice),
            PersonalTags = dice.Chance(0.1) ? [new PersonalTag("我的", dice.Pick(Personal))] : [],
            RemarkCorpName = !customer.IsWeCom && dice.Chance(0.1) ? "示例商贸" : "",
            RemarkMobiles = Mobiles(ref dice),
            AddWay = addWay,
            OperUserId = Operator(addWay, userId, customer, ref dice),
            State = addWay is 1 or 16 && dice.Chance(0.7) ? string.Create(CultureInfo.InvariantCulture, $"shop-{dice.Next(500):D4}") : null,
            Channels = addWay == 10 ? new ChannelsSource($"视频号{dice.Next(20)}", dice.Next(4)) : null,
        };
    }

    private ImmutableArray<string> Tags(ref Dice dice)
    {
        if (tagIds.Length == 0 || dice.Chance(0.3))
            return [];
        var chosen = new string[Math.Min(1 + dice.Next(5), tagIds.Length)];
        // Neighbours from a random place on: each once, without looking back.
        var first = dice.Next(tagIds.Length);
        for (var i = 0; i < chosen.Length; i++)
            chosen[i] = tagIds[(first + i) % tagIds.Length];
        return ImmutableArray.Create(chosen);
    }

    private static ImmutableArray<string> Mobiles(ref Dice dice) => dice.NextDouble() switch
    {
        < 0.75 => [],
        < 0.97 => [Mobile(ref dice)],
        _ => [Mobile(ref dice), Mobile(ref dice)],
    };

    private static string Mobile(ref Dice dice) => string.Create(CultureInfo.InvariantCulture, $"{13_000_000_000L + dice.Next(999_999_999)}");

    private static string? Operator(int addWay, string userId, Customer customer, ref Dice dice) => addWay switch
    {
        0 => dice.Chance(0.5) ? null : userId,
        1 or 10 or 16 => customer.ExternalUserId,
        _ => userId,
    };
}
