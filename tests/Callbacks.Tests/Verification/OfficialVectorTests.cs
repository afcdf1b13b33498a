using System.Text;
using WeComSync.Callbacks.Verification;
using WeComSync.Domain.Inbox;
using WeComSync.Callbacks.Tests.Kit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Verification;

/// <summary>The two samples that WeCom publishes. https://developer.work.weixin.qq.com/document/path/90968</summary>
public sealed class OfficialVectorTests
{
    private const string Token = "QDG6eK";
    private const string EncodingAesKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
    private const string CorpId = "wx5823bf96d3bd56c7";

    public static TheoryData<string, string, string, string, string> Samples => new()
    {
        {
            "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780",
            "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
            "1616140317555161061"
        },
        {
            "477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149",
            "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhx"
            + "chrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG"
            + "4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsN"
            + "lY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==",
            "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName>\n<FromUserName><![CDATA[mycreate]]></FromUserName>\n"
            + "<CreateTime>1409659813</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[hello]]></Content>\n"
            + "<MsgId>4561255354251345929</MsgId>\n<AgentID>218</AgentID>\n</xml>"
        },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void Official_sample_opens(string signature, string timestamp, string nonce, string encrypted, string message)
    {
        var query = CallbackQuery.Read($"?msg_signature={signature}&timestamp={timestamp}&nonce={nonce}&echostr={Uri.EscapeDataString(encrypted)}");
        Assert.True(CipherText.IsWellFormed(query!.Echo));

        var outcome = CallbackVerifier.Open(Keys(CorpId), query.With(query.Echo!), DateTimeOffset.UtcNow, out var opened);

        Assert.Equal(CallbackOutcome.Verified, outcome);
        Assert.Equal(message, Encoding.UTF8.GetString(opened.Span));
    }

    /// <summary>The independent implementation of the tests is held to the same samples.</summary>
    [Theory]
    [MemberData(nameof(Samples))]
    public void Official_sample_is_signed_alike_by_the_tests(string signature, string timestamp, string nonce, string encrypted, string message)
    {
        Assert.Equal(signature, new CallbackCrypt(Token, EncodingAesKey, CorpId).Sign(timestamp, nonce, encrypted));
        Assert.NotEmpty(message);
    }

    [Fact]
    public void Receiver_is_compared_without_case_and_must_match()
    {
        var sample = new CallbackCrypt(Token, EncodingAesKey, CorpId).Deliver("<xml/>");
        var fields = new SignedFields(Convert.FromHexString(sample.Signature), sample.Timestamp, sample.Nonce, sample.Encrypted);

        Assert.Equal(CallbackOutcome.Verified, CallbackVerifier.Open(Keys("WX5823BF96D3BD56C7"), fields, DateTimeOffset.UtcNow, out _));
        foreach (var other in new[] { "wx5823bf96d3bd56c8", "wx5823bf96d3bd56c", "", "wx5823bf96d3bd56c7 " })
        {
            Assert.Equal(CallbackOutcome.WrongReceiver, CallbackVerifier.Open(Keys(other), fields, DateTimeOffset.UtcNow, out var message));
            Assert.True(message.IsEmpty);
        }
    }

    private static ChannelKeys Keys(string corpId) => new(new CallbackSecret(Token, WeComCipher.ReadKey(EncodingAesKey)!), null, default, corpId);
}
