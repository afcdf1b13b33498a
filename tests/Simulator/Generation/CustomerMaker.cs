using System.Globalization;
using WeComSync.Simulator.Customers;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Generation;

/// <summary>Makes customers up, each from his number alone.</summary>
/// <param name="seed">Of the company.</param>
/// <param name="weChatSeed">Companies with the same have the same people behind the same numbers.</param>
/// <param name="weComShare">Share of customers who use WeCom themselves.</param>
internal sealed class CustomerMaker(int seed, int weChatSeed, double weComShare)
{
    private static readonly string[] Blank = ["\u200b", " ", "ㅤ", "\u2060\u2060", "."];

    private readonly ExternalIds _ids = new(seed);

    public bool IsWeCom(int index) => Dice.Of(seed, "kind", index).Chance(weComShare);

    public string IdOf(int index) => _ids.Of(index, IsWeCom(index));

    /// <returns>The number that a made-up customer with this id has; null: none could have it.</returns>
    public int? IndexOf(string externalUserId) =>
        _ids.IndexOf(externalUserId) is { } index && IdOf(index) == externalUserId ? index : null;

    public Customer Make(int index) => Make(index, IdOf(index));

    /// <summary>One whose id was chosen by somebody else.</summary>
    public Customer Make(int index, string externalUserId)
    {
        var dice = Dice.Of(seed, "customer", index);
        var customer = new Customer
        {
            ExternalUserId = externalUserId,
            Name = Name(ref dice),
            Gender = dice.NextDouble() switch { < 0.4 => 1, < 0.85 => 2, _ => 0 },
            WeChatPerson = string.Create(CultureInfo.InvariantCulture, $"{weChatSeed}/{index}"),
        };
        if (!customer.IsWeCom)
            return customer with { Avatar = Avatar(ref dice, "http://wx.qlogo.cn/mmhead") };
        var company = $"{dice.Pick(NameParts.Surnames).Han}氏{dice.Pick(NameParts.DepartmentNames)}";
        return customer with
        {
            WeChatPerson = "",
            Avatar = Avatar(ref dice, dice.Chance(0.5) ? "https://p.qlogo.cn/bizmail" : "https://wework.qpic.cn/wwpic"),
            Position = dice.Chance(0.3) ? null : dice.Pick(NameParts.Positions),
            CorpName = company,
            CorpFullName = $"{company}（上海）有限公司",
            Profile = dice.Chance(0.5) ? Profile(company, ref dice) : null,
        };
    }

    private static string Name(ref Dice dice) => dice.NextDouble() switch
    {
        < 0.01 => dice.Pick(Blank),
        < 0.02 => string.Concat(Enumerable.Repeat(dice.Pick(NameParts.Emoji), 30)),
        < 0.03 => dice.Pick(NameParts.Dotted),
        < 0.10 => $"A{dice.Pick(NameParts.Positions)}{dice.Pick(NameParts.Surnames).Han}\"{dice.Next(1000)}\"",
        < 0.30 => dice.Pick(NameParts.Given).Han + dice.Pick(NameParts.Emoji),
        _ => dice.Pick(NameParts.Surnames).Han + dice.Pick(NameParts.Given).Han + dice.Pick(NameParts.Given).Han,
    };

    private static string? Avatar(ref Dice dice, string host) => dice.NextDouble() switch
    {
        < 0.03 => null,
        < 0.06 => "",
        _ => $"{dice.Text($"{host}/", host.Length + 60)}/0",
    };

    private static ExternalProfile Profile(string company, ref Dice dice) => new(company, null,
    [
        new ExtField("电话", "021-55550100"),
        new ExtField("官网", "我们的网站", "https://shop.example/"),
        .. dice.Chance(0.3) ? (ExtField[])[new ExtField("商城", "小程序商城", "pages/index", "wx8bd80126147df384")] : [],
    ]);
}
