using WeComSync.Domain.Inbox;

namespace WeComSync.Callbacks.Verification;

/// <summary>Decides whether WeCom sent a request, in this order: signature, decryption, padding and length, receiver.</summary>
internal static class CallbackVerifier
{
    /// <param name="keys">The address's keys.</param>
    /// <param name="fields">The request's fields, their shapes checked.</param>
    /// <param name="now">Decides about former keys.</param>
    /// <param name="message">The decrypted message; empty unless the outcome is <see cref="CallbackOutcome.Verified"/>.</param>
    public static CallbackOutcome Open(ChannelKeys keys, in SignedFields fields, DateTimeOffset now, out ReadOnlyMemory<byte> message)
    {
        message = default;
        var former = keys.Former is not null && now < keys.FormerUntil ? keys.Former : null;
        var signed = WeComSignature.Matches(keys.Current.Token, fields);
        // Compared even when there is no former token, so that a rotation does not show in the time.
        var signedByFormer = WeComSignature.Matches((former ?? keys.Current).Token, fields);
        if (!signed && !signedByFormer)
        {
            // Nothing is decrypted for whom has no token: no padding oracle.
            return CallbackOutcome.WrongSignature;
        }

        // Token and key are rotated together or one alone, and WeCom may hold any mixture of old and new for a while.
        if (!WeComCipher.TryDecrypt(keys.Current.AesKey, fields.Encrypted, out var opened, out var receiver)
            && !(former is not null && WeComCipher.TryDecrypt(former.AesKey, fields.Encrypted, out opened, out receiver)))
        {
            return CallbackOutcome.WrongEncodingAesKey;
        }

        // WeCom compares corp ids without case.
        if (!string.Equals(receiver, keys.CorpId, StringComparison.OrdinalIgnoreCase))
        {
            return CallbackOutcome.WrongReceiver;
        }

        message = opened;
        return CallbackOutcome.Verified;
    }
}
