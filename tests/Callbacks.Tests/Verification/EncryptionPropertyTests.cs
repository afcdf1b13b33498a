using System.Text;
using CsCheck;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.Callbacks.Verification;
using WeComSync.Domain.Inbox;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Verification;

/// <summary>What WeCom's side makes, ours opens; anything else, it refuses.</summary>
public sealed class EncryptionPropertyTests
{
    private static readonly Gen<string> Token = Gen.String[Gen.Char.AlphaNumeric, 1, 32];
    private static readonly Gen<string> EncodingAesKey = Gen.String[Gen.Char.AlphaNumeric, 43, 43];
    private static readonly Gen<string> CorpId = Gen.String[Gen.Char.AlphaNumeric, 1, 40];

    // Lengths around the blocks of 16 and 32, and larger ones.
    private static readonly Gen<byte[]> Message = Gen.OneOf(Gen.Byte.Array[0, 100], Gen.Byte.Array[4000, 9000]);

    private static int Many => TestServer.LongRun ? 200_000 : 3_000;

    [Fact]
    public void What_the_independent_encryption_makes_we_open() =>
        Gen.Select(Token, EncodingAesKey, CorpId, Message, Gen.Byte.Array[16]).Sample(
            (token, key, corpId, message, beginning) =>
            {
                var weCom = new CallbackCrypt(token, key, corpId);
                var delivery = weCom.DeliverEncrypted(weCom.Encrypt(message, beginning));
                var keys = new ChannelKeys(new CallbackSecret(token, WeComCipher.ReadKey(key)!), null, default, corpId);
                return CipherText.IsWellFormed(delivery.Encrypted)
                    && CallbackEnvelope.ReadEncrypted(Encoding.UTF8.GetBytes(delivery.Body)) == delivery.Encrypted
                    && CallbackVerifier.Open(keys, FieldsOf(delivery), DateTimeOffset.UtcNow, out var opened) == CallbackOutcome.Verified
                    && opened.Span.SequenceEqual(message);
            },
            iter: Many);

    [Fact]
    public void Any_changed_character_of_what_is_signed_is_refused()
    {
        var pipeline = Pipeline.New();
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, 3], Gen.Int[0, 10_000], Gen.Char).Sample(
            (message, field, position, replacement) =>
            {
                var d = pipeline.WeCom.DeliverEncrypted(pipeline.WeCom.Encrypt(message, new byte[16]));
                var parts = new[] { d.Signature, d.Timestamp, d.Nonce, d.Encrypted };
                var original = parts[field];
                position %= original.Length;
                if (original[position] == replacement || char.IsSurrogate(replacement))
                {
                    return true;
                }

                parts[field] = $"{original[..position]}{replacement}{original[(position + 1)..]}";
                var query = $"msg_signature={Uri.EscapeDataString(parts[0])}&timestamp={Uri.EscapeDataString(parts[1])}&nonce={Uri.EscapeDataString(parts[2])}";
                var body = $"<xml><Encrypt><![CDATA[{parts[3].Replace("]]>", "", StringComparison.Ordinal)}]]></Encrypt></xml>";
                return pipeline.Post(query, Encoding.UTF8.GetBytes(body), out _) is CallbackOutcome.WrongSignature or CallbackOutcome.Malformed;
            },
            iter: Many);
    }

    /// <summary>Every bit of one cipher text, validly signed: what an AES key that differs, or damage, makes of it.</summary>
    [Fact]
    public void Damaged_cipher_text_never_opens_to_another_receiver_or_length()
    {
        var pipeline = Pipeline.New();
        var whole = Convert.FromBase64String(pipeline.WeCom.Encrypt(Encoding.UTF8.GetBytes("<xml><Event>a</Event></xml>"), new byte[16]));
        for (var bit = 16 * 8; bit < whole.Length * 8; bit++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var d = pipeline.WeCom.DeliverEncrypted(Convert.ToBase64String(damaged));
            var outcome = CallbackVerifier.Open(pipeline.Keys, FieldsOf(d), DateTimeOffset.UtcNow, out var message);
            // CBC lets a changed block turn into another message; never into one for another receiver or of another length.
            Assert.True(outcome is not CallbackOutcome.Verified || message.Length == 27, $"bit {bit}: {outcome}");
        }
    }

    /// <summary>CB 1: nothing is decrypted before the signature holds, or answers and times would be a padding oracle.</summary>
    [Fact]
    public void Wrong_signature_is_found_before_what_was_encrypted_is_looked_at()
    {
        var pipeline = Pipeline.New();
        var garbage = pipeline.WeCom.DeliverEncrypted(Convert.ToBase64String(new byte[64]));
        Assert.Equal(CallbackOutcome.WrongEncodingAesKey, CallbackVerifier.Open(pipeline.Keys, FieldsOf(garbage), DateTimeOffset.UtcNow, out _));
        var forged = garbage with { Signature = new string('0', 40) };
        Assert.Equal(CallbackOutcome.WrongSignature, CallbackVerifier.Open(pipeline.Keys, FieldsOf(forged), DateTimeOffset.UtcNow, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(33)]
    [InlineData(255)]
    public void Padding_outside_1_to_32_is_refused(byte padding)
    {
        var pipeline = Pipeline.New();
        var blocks = new byte[320];
        blocks.AsSpan(^Math.Min((int)padding, 300)..).Fill(padding);
        Assert.Equal(CallbackOutcome.WrongEncodingAesKey, Open(pipeline, blocks));
    }

    [Fact]
    public void Padding_is_checked_to_its_first_byte()
    {
        var pipeline = Pipeline.New();
        var blocks = new byte[64];
        blocks.AsSpan(^32..).Fill(32);
        blocks[32] = 31;
        Assert.Equal(CallbackOutcome.WrongEncodingAesKey, Open(pipeline, blocks));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(12)]
    public void Length_beyond_the_plain_text_is_refused(int length)
    {
        var pipeline = Pipeline.New();
        // 16 random bytes, the length, 11 bytes of content, one byte of padding.
        var blocks = new byte[32];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(blocks.AsSpan(16), length);
        blocks[31] = 1;
        Assert.Equal(CallbackOutcome.WrongEncodingAesKey, Open(pipeline, blocks));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void Plain_text_without_room_for_its_head_is_refused(int bytes)
    {
        var pipeline = Pipeline.New();
        var blocks = Enumerable.Repeat((byte)Math.Min(bytes, 32), bytes).ToArray();
        Assert.Equal(CallbackOutcome.WrongEncodingAesKey, Open(pipeline, blocks));
    }

    [Theory]
    [InlineData("")]
    [InlineData("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2")]
    [InlineData("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2CC")]
    [InlineData("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2-")]
    [InlineData("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2=")]
    public void Text_of_another_form_is_no_key(string text) => Assert.Null(WeComCipher.ReadKey(text));

    [Fact]
    public void Former_keys_are_accepted_in_any_mixture_until_their_end()
    {
        var now = DateTimeOffset.UtcNow;
        var (newToken, newKey, oldToken, oldKey) =
            (TestTenant.NewToken(), TestTenant.NewEncodingAesKey(), TestTenant.NewToken(), TestTenant.NewEncodingAesKey());
        var keys = new ChannelKeys(
            new CallbackSecret(newToken, WeComCipher.ReadKey(newKey)!), new CallbackSecret(oldToken, WeComCipher.ReadKey(oldKey)!), now, "ww1");

        foreach (var (token, key) in new[] { (newToken, newKey), (newToken, oldKey), (oldToken, newKey), (oldToken, oldKey) })
        {
            var d = new CallbackCrypt(token, key, "ww1").Deliver("x");
            Assert.Equal(CallbackOutcome.Verified, CallbackVerifier.Open(keys, FieldsOf(d), now - TimeSpan.FromSeconds(1), out _));
            Assert.Equal(
                token == oldToken ? CallbackOutcome.WrongSignature : key == oldKey ? CallbackOutcome.WrongEncodingAesKey : CallbackOutcome.Verified,
                CallbackVerifier.Open(keys, FieldsOf(d), now, out _));
        }
    }

    private static CallbackOutcome Open(Pipeline pipeline, byte[] blocks) =>
        CallbackVerifier.Open(pipeline.Keys, FieldsOf(pipeline.WeCom.DeliverEncrypted(pipeline.WeCom.EncryptRaw(blocks))), DateTimeOffset.UtcNow, out _);

    private static SignedFields FieldsOf(CallbackDelivery d) => new(Convert.FromHexString(d.Signature), d.Timestamp, d.Nonce, d.Encrypted);
}
