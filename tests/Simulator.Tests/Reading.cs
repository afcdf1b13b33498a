using System.Text.Json;

namespace WeComSync.Simulator.Tests;

internal static class Reading
{
    public static int ErrCode(this JsonElement answer) => answer.GetProperty("errcode").GetInt32();

    public static string ErrMsg(this JsonElement answer) => answer.GetProperty("errmsg").GetString()!;

    public static string Text(this JsonElement answer, string name) => answer.GetProperty(name).GetString()!;

    public static long[] Numbers(this JsonElement answer, string name) => [.. answer.GetProperty(name).EnumerateArray().Select(item => item.GetInt64())];

    public static string[] Texts(this JsonElement answer, string name) => [.. answer.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];

    /// <summary>One member of each item of a list.</summary>
    public static string[] Texts(this JsonElement answer, string list, string name) =>
        [.. answer.GetProperty(list).EnumerateArray().Select(item => item.GetProperty(name).GetString()!)];

    public static long[] Numbers(this JsonElement answer, string list, string name) =>
        [.. answer.GetProperty(list).EnumerateArray().Select(item => item.GetProperty(name).GetInt64())];

    public static bool Has(this JsonElement answer, string name) => answer.TryGetProperty(name, out _);
}
