using WeComSync.Domain.Tenants;

namespace WeComSync.Domain.Storage;

/// <summary>The field names that stored secrets are protected under. Rename one and what is stored no longer opens.</summary>
public static class SecretFields
{
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

    public static string ArchiveKey(int version) => $"archive.private_key.{version}";
}
