using System.Globalization;
using WeComSync.Domain.Tenants;

namespace WeComSync.Domain.Storage;

/// <summary>Where protected values are stored, and what each was protected for: what <c>secrets rotate</c> goes through.</summary>
public static class SecretColumns
{
    private static readonly string[] Channels = ["tenant_id", "channel"];

    public static IReadOnlyList<SecretColumn> All { get; } =
    [
        new("secret_probe", "protected", ["id"], _ => SecretFields.Probe) { Tenant = null },
        new("wecom_settings", "secret", Channels, key => SecretFields.Secret(Channel(key))),
        new("wecom_settings", "token", Channels, key => SecretFields.Token(Channel(key))),
        new("wecom_settings", "former_token", Channels, key => SecretFields.Token(Channel(key))),
        new("wecom_settings", "encoding_aes_key", Channels, key => SecretFields.EncodingAesKey(Channel(key))),
        new("wecom_settings", "former_encoding_aes_key", Channels, key => SecretFields.EncodingAesKey(Channel(key))),
        new("access_tokens", "token", Channels, key => SecretFields.AccessToken(Channel(key))),
        new("archive_keys", "pem", ["tenant_id", "version"], key => SecretFields.ArchiveKey(Convert.ToInt32(key, CultureInfo.InvariantCulture))),
        new("accounts", "authenticator_key", ["id"], key => SecretFields.AuthenticatorKey(Convert.ToInt64(key, CultureInfo.InvariantCulture))) { Tenant = null },
        new("callback_events", "payload", ["tenant_id", "id"], _ => SecretFields.CallbackPayload) { IsBytes = true },
        new("callback_events", "welcome_code", ["tenant_id", "id"], _ => SecretFields.WelcomeCode),
        new("contact_notices", "welcome_code", ["tenant_id", "event_id"], _ => SecretFields.WelcomeCode),
    ];

    private static Channel Channel(object key) => EnumText.Parse<Channel>((string)key);
}

/// <summary>A column of schema <c>control</c> that holds protected values.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Column">Its name.</param>
/// <param name="Key">The table's primary key; the last part of it tells fields apart.</param>
/// <param name="Field">The field that a row's value was protected for, by the last part of its key.</param>
public sealed record SecretColumn(string Table, string Column, IReadOnlyList<string> Key, Func<object, string> Field)
{
    /// <summary>Null where a value belongs to no tenant: it is protected for number 0.</summary>
    public string? Tenant { get; init; } = "tenant_id";

    /// <summary>Binary rather than text.</summary>
    public bool IsBytes { get; init; }

    public override string ToString() => $"{ControlModel.Schema}.{Table}.{Column}";
}
