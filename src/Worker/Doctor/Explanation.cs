using System.Globalization;
using System.Text.RegularExpressions;
using WeComSync.Worker.Events;
using WeComSync.Worker.Sync;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Doctor;

/// <summary>What a stored reason means to an administrator who reads it in the console.</summary>
/// <param name="What">What is so.</param>
/// <param name="Step">What he must do; null if nothing.</param>
/// <param name="Detail">WeCom's own words, or ours where they are not known here; in English, for whoever helps him.</param>
internal sealed partial record Explanation(Words What, Words? Step, string? Detail)
{
    private static readonly IReadOnlyList<StoredText> Known = [.. SyncTexts.All, .. EventTexts.All];

    private static readonly Words Unknown = new("It did not work.", "没有成功。");
    private static readonly Words OwnAddress = new("this server's public address", "本系统的公网地址");
    private static readonly Words AnyPlace = new(
        "管理工具 → 通讯录同步, or 应用管理 → 自建 → the application", "管理工具 → 通讯录同步，或 应用管理 → 自建 → 该应用");

    /// <param name="reason">As it is stored of a run, an object, an event or a stopped enterprise.</param>
    /// <param name="action">What was stored with it as the step.</param>
    /// <returns>Null if nothing is stored.</returns>
    public static Explanation? Of(string? reason, string? action = null)
    {
        if (string.IsNullOrEmpty(reason))
        {
            return string.IsNullOrEmpty(action) ? null : Find(action) ?? new Explanation(Words.Same(action), null, null);
        }

        // What is held is a step of its own beside whatever the reason asks for.
        var step = string.IsNullOrEmpty(action) ? null : Find(action)?.What;
        return Find(reason) is { } found
            ? found with { Step = step ?? found.Step }
            : new Explanation(Unknown, step, string.IsNullOrEmpty(action) || step is not null ? reason : $"{reason} {action}");
    }

    /// <summary>For a refusal of which code and text are stored apart.</summary>
    /// <param name="endpoint">Path below <c>/cgi-bin/</c>.</param>
    /// <param name="code">WeCom's errcode.</param>
    /// <param name="text">WeCom's text.</param>
    public static Explanation OfCode(string endpoint, int code, string text) => OfAnswer(endpoint, code, text, address: null);

    private static Explanation? Find(string text)
    {
        foreach (var known in Known)
        {
            if (known.Read(text) is { } values)
            {
                var nested = values.Select(Find).ToList();
                object?[] args = [.. values.Zip(nested, (value, inner) => (object?)inner?.What ?? value)];
                return new(
                    Fill(known.Text.What, args),
                    known.Text.Step is { } step ? Fill(step, args) : nested.Find(inner => inner?.Step is not null)?.Step,
                    nested.Find(inner => inner?.Detail is not null)?.Detail);
            }
        }

        return Answer().Match(text) is { Success: true } answer
            ? answer.Groups["code"] is { Success: true, Value: var code } && int.TryParse(code, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? OfAnswer(answer.Groups["endpoint"].Value, number, answer.Groups["reason"].Value, AddressIn(text))
                : OfSilence(answer.Groups["endpoint"].Value, answer.Groups["reason"].Value)
            : null;
    }

    private static Explanation OfAnswer(string endpoint, int code, string reason, string? address)
    {
        var text = CodeTexts.Of(code, WeComErrors.ClassOf(code), address);
        object?[] args = [endpoint, address is null ? OwnAddress : address, reason, code, PlaceOf(endpoint)];
        return new(Fill(text.What, args), (text.ConsoleStep ?? text.Step) is { } step ? Fill(step, args) : null, $"{endpoint} {code.ToString(CultureInfo.InvariantCulture)}: {reason}");
    }

    /// <summary>For a call that got no answer of WeCom's, or was not made at all.</summary>
    private static Explanation OfSilence(string endpoint, string reason) => Find(reason) is { } found
        ? found
        : new(CodeTexts.Silent.What, CodeTexts.Unreachable.ConsoleStep, $"{endpoint}: {reason}");

    private static Words PlaceOf(string endpoint) => endpoint switch
    {
        "user/list_id" or "department/simplelist" => TenantTexts.ContactsPlace,
        _ when endpoint.StartsWith("externalcontact/", StringComparison.Ordinal) => TenantTexts.CustomersPlace,
        "gettoken" => AnyPlace,
        _ => TenantTexts.AppPlace,
    };

    private static string? AddressIn(string text) => Address().Match(text) is { Success: true } match ? match.Groups[1].Value : null;

    private static Words Fill(Words words, object?[] args) => new(words.In(DoctorLanguage.English, args), words.In(DoctorLanguage.Chinese, args));

    // The action follows WeCom's text after a full stop; the text itself hardly ever has one.
    [GeneratedRegex(@"^(?<endpoint>[a-z_]+(?:/[a-z_]+)*) (?:answered (?<code>-?\d+)|failed): (?<reason>.*?)(?:\. .*|\.?)$", RegexOptions.Singleline)]
    private static partial Regex Answer();

    [GeneratedRegex(@"\. (?:Add|The call came over IPv6, from) ([0-9a-fA-F.:]+)(?: to |, and )")]
    private static partial Regex Address();
}
