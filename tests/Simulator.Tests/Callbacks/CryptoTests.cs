using System.Security.Cryptography;
using CsCheck;
using WeComSync.Simulator.Callbacks;

namespace WeComSync.Simulator.Tests.Callbacks;

public sealed class CryptoTests
{
    private const string CorpId = "wx5823bf96d3bd56c7";

    // The two official samples: the URL check, and a posted message with a padding of 30.
    public static TheoryData<string, string, string, string, string> Samples => new()
    {
        {
            "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780",
            "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
            "1616140317555161061"
        },
        {
            "477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149",
            "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxa"
            + "ccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7P"
            + "F5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9"
            + "o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==",
            "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName>\n<FromUserName><![CDATA[mycreate]]></FromUserName>\n"
            + "<CreateTime>1409659813</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[hello]]></Content>\n"
            + "<MsgId>4561255354251345929</MsgId>\n<AgentID>218</AgentID>\n</xml>"
        },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_official_samples_come_out_to_the_byte(string signature, string timestamp, string nonce, string encrypt, string text)
    {
        Assert.Equal(signature, WeComCallbackCrypto.Sign(Receiver.Token, timestamp, nonce, encrypt));
        Assert.Equal((text, CorpId), WeComCallbackCrypto.Decrypt(Receiver.Key, encrypt));
        Assert.Equal((text, CorpId), Receiver.Open(Receiver.Key, encrypt));
        Assert.Equal(encrypt, WeComCallbackCrypto.Encrypt(Receiver.Key, System.Text.Encoding.UTF8.GetBytes(text), CorpId, RandomOf(encrypt)));
    }

    [Fact]
    public void Every_text_comes_back_whatever_its_length() =>
        Gen.Select(Gen.String[0, 200], Gen.String[Gen.Char.AlphaNumeric, 0, 40]).Sample((text, receiveId) =>
        {
            var encrypt = WeComCallbackCrypto.Encrypt(Receiver.Key, text, receiveId);
            var asSent = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
            Assert.Equal((asSent, receiveId), Receiver.Open(Receiver.Key, encrypt));
            Assert.Equal((asSent, receiveId), WeComCallbackCrypto.Decrypt(Receiver.Key, encrypt));
        }, iter: 300);

    [Fact]
    public void The_same_text_looks_different_each_time_and_another_key_does_not_open_it()
    {
        var encrypt = WeComCallbackCrypto.Encrypt(Receiver.Key, "hello", CorpId);

        Assert.NotEqual(encrypt, WeComCallbackCrypto.Encrypt(Receiver.Key, "hello", CorpId));
        Assert.Throws<CryptographicException>(() => WeComCallbackCrypto.Decrypt(new string('A', 43), RepeatableWith("hello")));
    }

    private static string RepeatableWith(string text) =>
        WeComCallbackCrypto.Encrypt(Receiver.Key, System.Text.Encoding.UTF8.GetBytes(text), CorpId, new byte[16]);

    private static byte[] RandomOf(string encrypt)
    {
        using var aes = Aes.Create();
        aes.Key = Convert.FromBase64String(Receiver.Key + "=");
        return aes.DecryptCbc(Convert.FromBase64String(encrypt), aes.Key[..16], PaddingMode.None)[..16];
    }
}
