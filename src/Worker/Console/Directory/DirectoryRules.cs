using System.Net.Mail;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;

namespace WeComSync.Worker.WebConsole.Directory;

/// <summary>Says in the page's language what is wrong with a field of an employee or department, by the rules that WeCom has for them.</summary>
internal static partial class DirectoryRules
{
    private const int LongestDepartmentName = 64;

    /// <returns>Null if nothing is wrong.</returns>
    public static string? Check(string field, string value, IStringLocalizer T) => field switch
    {
        "userid" => UserId().IsMatch(value) ? null : T["账号为 1 到 64 位字母、数字或 _ - @ .，以字母或数字开头。"].Value,
        "name" or "alias" => Length(value) <= 64 && IsOneLine(value) ? null : T["最多 64 个字符，不能换行。"].Value,
        "mobile" => Mobile().IsMatch(value) ? null : T["手机号格式不正确；中国大陆以外的号码请加国家代码，例如 +852 51234567。"].Value,
        "email" => Encoding.UTF8.GetByteCount(value) is >= 6 and <= 64 && MailAddress.TryCreate(value, out _) && !value.Contains(' ', StringComparison.Ordinal)
            ? null : T["邮箱格式不正确，6 到 64 个字符。"].Value,
        "telephone" => Telephone().IsMatch(value) ? null : T["座机最多 32 位，只能用数字、-、+ 和逗号。"].Value,
        "position" or "address" => Length(value) <= 128 && IsOneLine(value) ? null : T["最多 128 个字符，不能换行。"].Value,
        "external_position" => Length(value) <= 12 && IsOneLine(value) ? null : T["最多 12 个字符。"].Value,
        "departmentName" or "name_en" => DepartmentName(value, T),
        "sort_order" => Order().IsMatch(value) && long.TryParse(value, out var order) && order <= uint.MaxValue ? null : T["请填写 0 到 4294967295 的整数。"].Value,
        _ => null,
    };

    private static string? DepartmentName(string value, IStringLocalizer T) =>
        Length(value) > LongestDepartmentName || !IsOneLine(value) ? T["部门名称最多 {0} 个字符，不能换行。", LongestDepartmentName].Value
        : NotInNames().IsMatch(value) ? T["部门名称不能含有冒号、星号、问号、引号、尖括号、竖线与反斜杠。"].Value
        : null;

    private static int Length(string value) => value.EnumerateRunes().Count();

    private static bool IsOneLine(string value) => !value.Any(char.IsControl);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_@.\-]{0,63}\z")]
    private static partial Regex UserId();

    [GeneratedRegex(@"\A(\+\d{1,4}[ -]?)?\d{5,20}\z")]
    private static partial Regex Mobile();

    [GeneratedRegex(@"\A[\d\-+,]{1,32}\z")]
    private static partial Regex Telephone();

    [GeneratedRegex(@"\A\d{1,10}\z")]
    private static partial Regex Order();

    [GeneratedRegex("[\\\\:*?\"<>｜|]")]
    private static partial Regex NotInNames();
}
