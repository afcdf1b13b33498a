namespace WeComSync.Domain.Inbox;

/// <summary>What became of one request to a callback address. The reasons are for operators; a sender cannot tell them apart.</summary>
public enum CallbackOutcome
{
    /// <summary>The event was kept: in the inbox, or in the spool on its way there.</summary>
    Accepted,

    /// <summary>The event was there already.</summary>
    Duplicate,

    /// <summary>WeCom's check of the address (echo) was answered.</summary>
    Verified,

    /// <summary>No tenant has this callback key.</summary>
    UnknownKey,

    /// <summary>The tenant is disabled.</summary>
    Disabled,

    /// <summary>The platform's plug-in is off, for every tenant.</summary>
    PluginOff,

    /// <summary>The tenant has no token and EncodingAESKey for this channel.</summary>
    NotConfigured,

    /// <summary>The stored token or EncodingAESKey does not open with this host's keys, or is not of WeCom's form.</summary>
    UnusableSettings,

    /// <summary>The signature does not match: the Token differs between WeCom and here.</summary>
    WrongSignature,

    /// <summary>Signed right but not decryptable: the EncodingAESKey differs between WeCom and here.</summary>
    WrongEncodingAesKey,

    /// <summary>Decrypted, but meant for another corp: the corp id differs between WeCom and here.</summary>
    WrongReceiver,

    /// <summary>Query or envelope is not of WeCom's form.</summary>
    Malformed,

    /// <summary>The decrypted message is not readable XML or JSON.</summary>
    MalformedMessage,

    /// <summary>The body is larger than 1 MiB.</summary>
    TooLarge,

    /// <summary>The body is compressed.</summary>
    Unsupported,

    /// <summary>The request did not arrive whole in its time.</summary>
    TooSlow,

    /// <summary>Neither database nor spool could keep it, or nothing can be verified yet; nothing was stored.</summary>
    Unavailable,
}
