using System.Text;
using WeComSync.Callbacks.Verification;
using WeComSync.Domain.Inbox;

namespace WeComSync.Callbacks.Tests.Kit;

/// <summary>Everything that happens to a request before it is kept, without HTTP.</summary>
internal sealed class Pipeline
{
    public Pipeline(string token, string encodingAesKey, string corpId)
    {
        WeCom = new CallbackCrypt(token, encodingAesKey, corpId);
        Keys = new ChannelKeys(new CallbackSecret(token, WeComCipher.ReadKey(encodingAesKey)!), null, default, corpId);
    }

    public CallbackCrypt WeCom { get; }

    public ChannelKeys Keys { get; }

    public static Pipeline New() => new(TestTenant.NewToken(), TestTenant.NewEncodingAesKey(), "ww9f3c1e7a5b2d4860");

    public CallbackOutcome Post(string query, byte[] body, out string message)
    {
        message = "";
        return CallbackQuery.Read(query) is not { } fields
            || CallbackEnvelope.ReadEncrypted(body) is not { } encrypted || !CipherText.IsWellFormed(encrypted)
            ? CallbackOutcome.Malformed
            : Open(fields.With(encrypted), ref message);
    }

    public CallbackOutcome Echo(string query, out string message)
    {
        message = "";
        return CallbackQuery.Read(query) is not { Echo: { } echo } fields || !CipherText.IsWellFormed(echo)
            ? CallbackOutcome.Malformed
            : Open(fields.With(echo), ref message);
    }

    private CallbackOutcome Open(SignedFields fields, ref string message)
    {
        var outcome = CallbackVerifier.Open(Keys, fields, DateTimeOffset.UtcNow, out var opened);
        if (outcome != CallbackOutcome.Verified)
        {
            return outcome;
        }

        message = Encoding.UTF8.GetString(opened.Span);
        return MessageReader.Read(opened.Span) is null ? CallbackOutcome.MalformedMessage : CallbackOutcome.Accepted;
    }
}
