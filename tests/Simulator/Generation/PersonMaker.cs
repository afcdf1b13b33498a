using System.Collections.Immutable;
using System.Globalization;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Generation;

/// <summary>Makes people up, with everything that real directories have and clients trip over.</summary>
internal sealed class PersonMaker(string companyName, Staffing staffing, Random random)
{
    private readonly UserIdMaker _userIds = new(random);

    public Person[] Make(int count)
    {
        var people = new Person[count];
        for (var i = 0; i < count; i++)
            people[i] = MakeOne(i);
        return people;
    }

    private Person MakeOne(int index)
    {
        var (name, pinyin) = Name();
        var (userId, isGenerated) = _userIds.Make(pinyin, index);
        var (memberships, leader) = staffing.Place(userId);
        var mail = userId.Replace('@', '.').ToLowerInvariant();
        return new Person
        {
            UserId = userId,
            Name = name,
            HasGeneratedUserId = isGenerated,
            Alias = random.Chance(0.1) ? pinyin : "",
            EnglishName = random.Chance(0.05) ? pinyin.ToUpperInvariant() : "",
            Position = random.Pick(NameParts.Positions),
            Mobile = random.Chance(0.97) ? Mobile(index) : "",
            Email = random.Chance(0.5) ? $"{mail}@corp.example" : "",
            BizMail = random.Chance(0.9) ? $"{mail}@mail.corp.example" : "",
            Telephone = random.Chance(0.1) ? string.Create(CultureInfo.InvariantCulture, $"021-5555{index % 10_000:D4}") : "",
            Address = random.Chance(0.1) ? random.Pick(NameParts.Streets) : "",
            Gender = random.NextDouble() switch { < 0.48 => 1, < 0.96 => 2, _ => 0 },
            Status = random.NextDouble() switch { < 0.85 => 1, < 0.88 => 2, < 0.99 => 4, _ => 5 },
            Avatar = random.Chance(0.7) ? $"https://wework.qpic.cn/wwpic/{index:x6}_{random.Next():x8}/0" : "",
            Memberships = memberships,
            MainDepartment = memberships[0].DepartmentId,
            DirectLeaders = leader == userId ? [] : [leader],
            ExtFields = Attributes(index),
            ExternalPosition = random.Chance(0.1) ? "客户顾问" : "",
            ExternalProfile = random.Chance(0.1) ? Profile(name) : null,
        };
    }

    private (string Name, string Pinyin) Name()
    {
        if (random.Chance(0.01))
            return (random.Pick(NameParts.Dotted), "guest");
        var surname = random.Pick(NameParts.Surnames);
        var first = random.Pick(NameParts.Given);
        var second = random.Chance(0.6) ? random.Pick(NameParts.Given) : ("", "");
        var name = surname.Han + first.Han + second.Item1;
        if (random.Chance(0.02))
            name += random.Pick(NameParts.Emoji);
        return (name, Capital(surname.Pinyin) + Capital(first.Pinyin + second.Item2));
    }

    // A different one for each index, up to 600,000.
    private static string Mobile(int index) => index % 200 == 199
        ? string.Create(CultureInfo.InvariantCulture, $"+852 {60_000_000 + index}")
        : string.Create(CultureInfo.InvariantCulture, $"{13_000_000_000L + (index * 7919L)}");

    private ImmutableArray<ExtField> Attributes(int index)
    {
        if (random.Chance(0.5))
            return [];
        var number = new ExtField("工号", string.Create(CultureInfo.InvariantCulture, $"A-{index + 1000}"));
        return random.Chance(0.1)
            ? [number, new ExtField("主页", "个人页", string.Create(CultureInfo.InvariantCulture, $"https://corp.example/p/{index + 1000}"))]
            : [number];
    }

    private ExternalProfile Profile(string name) => new(
        companyName,
        random.Chance(0.5) ? name : null,
        random.Chance(0.5) ? [new ExtField("服务时间", "9:00-18:00")] : []);

    private static string Capital(string pinyin) => pinyin.Length == 0 ? "" : char.ToUpperInvariant(pinyin[0]) + pinyin[1..];
}
