using Microsoft.Extensions.Options;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Notifications;

/// <summary>Section <c>Notifications</c>: who is told when a person is needed. Without an address nobody is.</summary>
internal sealed class NotificationOptions
{
    public const string Section = "Notifications";

    /// <summary>Gets a POST of JSON for each message, in the form of Standard Webhooks.</summary>
    public string? WebhookUrl { get; init => field = string.IsNullOrWhiteSpace(value) ? null : value; }

    /// <summary>Signs what goes to the webhook: <c>whsec_</c> and Base64 of at least 24 bytes. Null: unsigned.</summary>
    public string? WebhookSecret { get; init => field = string.IsNullOrWhiteSpace(value) ? null : value; }

    /// <summary>Address of a WeCom group robot (群机器人), with its key.</summary>
    public string? RobotUrl { get; init => field = string.IsNullOrWhiteSpace(value) ? null : value; }

    /// <summary>Lets messages go to addresses of private networks, and over plain http.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>Language of the messages: <c>en</c> or <c>zh-CN</c>.</summary>
    public string Language { get; init; } = "en";

    /// <summary>Without a good sync of the directory for so long, somebody is told.</summary>
    [TimeRange("00:10:00", "30.00:00:00", ErrorMessage = "Notifications:NoGoodRunAfter must be between 10 minutes and 30 days, such as 06:00:00.")]
    public TimeSpan NoGoodRunAfter { get; init; } = TimeSpan.FromHours(30);

    /// <summary>Without an event for so long, after there were some, somebody is told.</summary>
    [TimeRange("01:00:00", "365.00:00:00", ErrorMessage = "Notifications:CallbacksSilentAfter must be between one hour and a year, such as 7.00:00:00.")]
    public TimeSpan CallbacksSilentAfter { get; init; } = TimeSpan.FromDays(7);
}

[OptionsValidator]
internal sealed partial class NotificationRangesValidator : IValidateOptions<NotificationOptions>;

/// <summary>What attributes cannot say: the rules depend on each other.</summary>
internal sealed class NotificationOptionsValidator : IValidateOptions<NotificationOptions>
{
    private const string SecretPrefix = "whsec_";
    private const int ShortestSecret = 24;

    public ValidateOptionsResult Validate(string? name, NotificationOptions options)
    {
        var problems = new List<string>();
        Check(options.WebhookUrl, "Notifications:WebhookUrl", options, problems);
        Check(options.RobotUrl, "Notifications:RobotUrl", options, problems);
        if (options.WebhookSecret is { } secret && KeyOf(secret) is not { Length: >= ShortestSecret })
        {
            problems.Add($"Notifications:WebhookSecret must be '{SecretPrefix}' and Base64 of at least {ShortestSecret} bytes.");
        }

        if (options.Language is not ("en" or "zh-CN"))
        {
            problems.Add("Notifications:Language must be en or zh-CN.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    /// <returns>Null if it is no secret of this form.</returns>
    public static byte[]? KeyOf(string secret)
    {
        var buffer = new byte[secret.Length];
        return secret.StartsWith(SecretPrefix, StringComparison.Ordinal) && Convert.TryFromBase64String(secret[SecretPrefix.Length..], buffer, out var length)
            ? buffer[..length]
            : null;
    }

    private static void Check(string? address, string key, NotificationOptions options, List<string> problems)
    {
        if (address is null)
        {
            return;
        }

        // Never quoted: a robot's address is its password.
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.UserInfo.Length > 0 || url.Fragment.Length > 0
            || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
        {
            problems.Add($"{key} must be an https address without user name and fragment.");
        }
        else if (url.Scheme == Uri.UriSchemeHttp && !options.AllowPrivateAddresses)
        {
            problems.Add($"{key} must be an https address; plain http is for receivers in one's own network, with Notifications:AllowPrivateAddresses.");
        }
    }
}
