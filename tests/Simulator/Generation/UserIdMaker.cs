using System.Globalization;

namespace WeComSync.Simulator.Generation;

/// <summary>Userids as companies choose them: names in any case, with or without numbers, staff numbers, and ones that WeCom made up.</summary>
internal sealed class UserIdMaker(Random random)
{
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="pinyin">Such as <c>ZhangWei</c>.</param>
    /// <returns>The userid, and whether it was made up by WeCom.</returns>
    public (string UserId, bool IsGenerated) Make(string pinyin, int index)
    {
        var style = random.NextDouble();
        var wish = style switch
        {
            < 0.35 => pinyin,
            < 0.60 => pinyin.ToLowerInvariant(),
            < 0.70 => $"{pinyin.ToLowerInvariant()}@corp",
            < 0.75 => $"{pinyin}_{index % 100:D2}-x",
            < 0.90 => string.Create(CultureInfo.InvariantCulture, $"{(index % 2 == 0 ? "E" : "e")}{100_000 + index}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{random.Next():x8}"),
        };
        var userId = wish;
        for (var i = 1; !_taken.Add(userId); i++)
            userId = string.Create(CultureInfo.InvariantCulture, $"{wish}{index + i}");
        return (userId, style >= 0.90);
    }
}
