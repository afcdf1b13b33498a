using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Api;

/// <summary>What written members and departments must look like. A rule that is broken ends the call with its errcode.</summary>
/// <remarks>https://developer.work.weixin.qq.com/document/path/90195, 90205</remarks>
internal static partial class WriteRules
{
    private const long MostOrder = (1L << 32) - 1;

    private static readonly SearchValues<char> NotInDepartmentNames = SearchValues.Create("\\:*?\"<>｜");

    /// <exception cref="WorldRuleException">With this code.</exception>
    public static void Require(bool holds, int code)
    {
        if (!holds)
            throw new WorldRuleException(code, $"Refused with {code}.");
    }

    /// <returns>Null: not there. Empty: there and empty.</returns>
    /// <exception cref="WorldRuleException">Not a text, or longer than this.</exception>
    public static string? Text(JsonElement body, string name, int longest, int code = 40063)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        Require(value.ValueKind == JsonValueKind.String, 40058);
        var text = value.GetString()!;
        Require(text.EnumerateRunes().Count() <= longest, code);
        return text;
    }

    /// <returns>Null: not there.</returns>
    public static long? Number(JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        Require(value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _), 40058);
        return value.GetInt64();
    }

    /// <returns>Null: not there.</returns>
    public static long[]? Numbers(JsonElement body, string name, int code)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        Require(value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(n => n.ValueKind == JsonValueKind.Number && n.TryGetInt64(out _)), code);
        return [.. value.EnumerateArray().Select(n => n.GetInt64())];
    }

    public static bool IsOrder(long order) => order is >= 0 and <= MostOrder;

    public static bool IsMobile(string text) => Mobile().IsMatch(text);

    public static bool IsEmail(string text) => text.Length is >= 6 and <= 64 && Email().IsMatch(text);

    public static bool IsTelephone(string text) => Telephone().IsMatch(text);

    public static bool IsDepartmentName(string text) => !text.AsSpan().ContainsAny(NotInDepartmentNames);

    /// <summary>As WeCom compares them: the country code of mainland numbers may be left out.</summary>
    public static string Plain(string mobile)
    {
        var digits = mobile.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        return digits.StartsWith("+86", StringComparison.Ordinal) ? digits[3..] : digits;
    }

    [GeneratedRegex(@"\A(\+\d{1,4}[ -]?)?\d{5,20}\z")]
    private static partial Regex Mobile();

    [GeneratedRegex(@"\A[^@\s]+@[^@\s]+\.[^@\s]+\z")]
    private static partial Regex Email();

    [GeneratedRegex(@"\A[\d\-+,]{0,32}\z")]
    private static partial Regex Telephone();
}
