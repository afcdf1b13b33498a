using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using WeComSync.Domain.Tenants;

namespace WeComSync.Domain.Storage;

/// <summary>The field names that stored secrets are protected under. Rename one and what is stored no longer opens.</summary>
public static partial class SecretFields
{
    /// <summary>Column <c>protected</c> of <c>control.secret_probe</c>.</summary>
    public const string Probe = "probe";

    /// <summary>Column <c>payload</c> of <c>control.callback_events</c>.</summary>
    public const string CallbackPayload = "callback_event.payload";

    /// <summary>A file in the callback host's spool.</summary>
    public const string CallbackSpool = "callback_event.spool";

    /// <summary>Column <c>welcome_code</c> of <c>control.callback_events</c>, and as it stands there of <c>control.contact_notices</c>.</summary>
    public const string WelcomeCode = "callback_event.welcome_code";

    public static string Secret(Channel channel) => $"{EnumText.Of(channel)}.secret";

    public static string Token(Channel channel) => $"{EnumText.Of(channel)}.token";

    public static string EncodingAesKey(Channel channel) => $"{EnumText.Of(channel)}.encoding_aes_key";

    public static string AccessToken(Channel channel) => $"{EnumText.Of(channel)}.access_token";

    public static string ArchiveKey(int version) => string.Create(CultureInfo.InvariantCulture, $"archive.private_key.{version}");

    /// <summary>Column <c>authenticator_key</c> of <c>control.accounts</c>.</summary>
    public static string AuthenticatorKey(long accountId) => string.Create(CultureInfo.InvariantCulture, $"account.{accountId}.authenticator_key");

    /// <summary>Whether the name is one of these. Only they can be protected, because <see cref="SecretColumns"/> must know where each is stored.</summary>
    public static bool IsKnown(string field) => Fixed.Contains(field) || Numbered().IsMatch(field);

    private static readonly FrozenSet<string> Fixed =
        Enum.GetValues<Channel>().SelectMany(channel => new[] { Secret(channel), Token(channel), EncodingAesKey(channel), AccessToken(channel) })
            .Append(CallbackPayload).Append(CallbackSpool).Append(WelcomeCode).Append(Probe).ToFrozenSet();

    [GeneratedRegex(@"\A(archive\.private_key\.\d+|account\.\d+\.authenticator_key)\z")]
    private static partial Regex Numbered();
}
