namespace WeComSync.Callbacks.Verification;

/// <summary>What one request's signature is made of. The shapes are checked: <see cref="CallbackQuery"/>, <see cref="CipherText"/>.</summary>
/// <param name="Signature">The 20 bytes of <c>msg_signature</c>.</param>
/// <param name="Timestamp">1 to 11 digits.</param>
/// <param name="Nonce">1 to 64 printable characters.</param>
/// <param name="Encrypted">Base64 of whole cipher blocks: <c>echostr</c> or the envelope's <c>Encrypt</c>.</param>
internal readonly record struct SignedFields(byte[] Signature, string Timestamp, string Nonce, string Encrypted);
