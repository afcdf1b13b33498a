using WeComSync.Simulator.Customers;

namespace WeComSync.Simulator.Generation;

/// <summary>Groups of corp tags, every tenth a rule group, with orders up to the largest that there is.</summary>
internal static class CorpTagMaker
{
    private const long FirstDay = 1_560_000_000;

    private static readonly string[] GroupNames = ["等级", "来源", "意向", "地区", "产品", "生命周期", "活动", "年龄", "渠道🚀", "R&D <测试>"];
    private static readonly string[] TagNames = ["金卡", "银卡", "普通", "门店", "线上", "老带新", "高", "中", "低", "已成交", "流失", "双11", "VIP \"核心\""];

    public static CorpTagGroup[] Make(int seed, int groups, int tagsPerGroup) =>
        [.. Enumerable.Range(0, groups).Select(index => MakeGroup(Dice.Of(seed, "tag group", index), index, tagsPerGroup))];

    private static CorpTagGroup MakeGroup(Dice dice, int index, int tags)
    {
        var isRule = index % 10 == 9;
        var prefix = isRule ? "st" : "et";
        return new CorpTagGroup(
            dice.Text(prefix, 32), Numbered(GroupNames, index), FirstDay + dice.Next(100_000_000), Order(ref dice, index),
            [.. MakeTags(dice, prefix, tags)], isRule);
    }

    private static IEnumerable<CorpTag> MakeTags(Dice dice, string prefix, int count)
    {
        for (var i = 0; i < count; i++)
            yield return new CorpTag(dice.Text(prefix, 32), Numbered(TagNames, i), FirstDay + dice.Next(100_000_000), Order(ref dice, i));
    }

    private static string Numbered(string[] names, int index) => index < names.Length ? names[index] : $"{names[index % names.Length]}{index}";

    private static long Order(ref Dice dice, int index) => dice.Chance(0.05) ? 4_294_967_295 - dice.Next(1000) : 100_000 - index;
}
