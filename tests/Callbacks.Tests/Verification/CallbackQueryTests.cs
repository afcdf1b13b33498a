using WeComSync.Callbacks.Verification;
using Xunit;

namespace WeComSync.Callbacks.Tests.Verification;

/// <summary>CB 3: field shapes, exactly one of each.</summary>
public sealed class CallbackQueryTests
{
    private const string Signature = "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3";

    [Theory]
    [InlineData($"?msg_signature={Signature}&timestamp=1409659589&nonce=263014780")]
    [InlineData($"?nonce=263014780&other=x&other=y&timestamp=1409659589&msg_signature={Signature}")]
    [InlineData($"?msg%5Fsignature={Signature}&timestamp=%31409659589&nonce=263014780")]
    public void Query_of_wecom_is_read(string query)
    {
        var read = CallbackQuery.Read(query);
        Assert.Equal((Signature, "1409659589", "263014780", null), (Convert.ToHexStringLower(read!.Signature), read.Timestamp, read.Nonce, read.Echo));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("?")]
    [InlineData("?timestamp=1&nonce=1")]
    [InlineData($"?msg_signature={Signature}&nonce=1")]
    [InlineData($"?msg_signature={Signature}&timestamp=1")]
    [InlineData($"?msg_signature={Signature}&timestamp=1&nonce=")]
    [InlineData($"?msg_signature={Signature}&timestamp=&nonce=1")]
    [InlineData($"?msg_signature={Signature}&timestamp=1&nonce=1&nonce=1")]
    [InlineData($"?msg_signature={Signature}&timestamp=1&timestamp=1&nonce=1")]
    [InlineData($"?msg_signature={Signature}&msg_signature={Signature}&timestamp=1&nonce=1")]
    [InlineData($"?msg_signature={Signature}&msg%5Fsignature={Signature}&timestamp=1&nonce=1")]
    [InlineData($"?msg_signature={Signature}&timestamp=1&nonce=1&echostr=a&echostr=a")]
    [InlineData($"?msg_signature={Signature}0&timestamp=1&nonce=1")]
    [InlineData("?msg_signature=5C45FF5E21C57E6AD56BAC8758B79B1D9AC89FD3&timestamp=1&nonce=1")]
    [InlineData("?msg_signature=gc45ff5e21c57e6ad56bac8758b79b1d9ac89fd3&timestamp=1&nonce=1")]
    [InlineData($"?msg_signature={Signature}&timestamp=123456789012&nonce=1")]
    [InlineData($"?msg_signature={Signature}&timestamp=-1&nonce=1")]
    [InlineData($"?msg_signature={Signature}&timestamp=１&nonce=1")]
    [InlineData($"?msg_signature={Signature}&timestamp=1&nonce=a+b")]
    [InlineData($"?msg_signature={Signature}&timestamp=1&nonce=a%00b")]
    [InlineData($"?msg_signature={Signature}&timestamp=1&nonce=a%0Ab")]
    [InlineData($"?msg_signature={Signature}&timestamp=1&nonce=é")]
    [InlineData($"?msg_signature={Signature}&timestamp=1&nonce=12345678901234567890123456789012345678901234567890123456789012345")]
    [InlineData($"?MSG_SIGNATURE={Signature}&timestamp=1&nonce=1")]
    public void Query_of_any_other_shape_is_refused(string? query) => Assert.Null(CallbackQuery.Read(query));

    [Theory]
    [InlineData("ab+/", "ab+/")]
    [InlineData("ab%2B%2F", "ab+/")]
    [InlineData("ab /", "ab+/")]
    [InlineData("ab%20/", "ab+/")]
    public void Plus_that_became_a_space_is_put_back(string sent, string read) =>
        Assert.Equal(read, CallbackQuery.Read($"?msg_signature={Signature}&timestamp=1&nonce=1&echostr={sent}")!.Echo);

    [Theory]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("====")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA==AAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA===")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA ==")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA-==")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("\nAAAAAAAAAAAAAAAAAAAAAA==\n")]
    public void Text_that_is_no_base64_of_whole_blocks_is_refused(string text) => Assert.False(CipherText.IsWellFormed(text));

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Base64_of_whole_blocks_is_accepted(string text) => Assert.True(CipherText.IsWellFormed(text));
}
