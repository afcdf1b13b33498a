using System.Text;
using WeComSync.Callbacks.Verification;
using Xunit;

namespace WeComSync.Callbacks.Tests.Verification;

/// <summary>The envelope is read before its signature: anybody may have written it.</summary>
public sealed class EnvelopeTests
{
    private const int Mebibyte = 1 << 20;

    [Theory]
    [InlineData("<xml><Encrypt>abcd</Encrypt></xml>")]
    [InlineData("<xml><ToUserName><![CDATA[ww1]]></ToUserName><AgentID/><Encrypt><![CDATA[abcd]]></Encrypt></xml>")]
    [InlineData("\uFEFF<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- c --><xml>\n  <Encrypt>\n<![CDATA[ab]]><![CDATA[cd]]>\n</Encrypt>\n</xml>\n")]
    [InlineData("<xml><Unknown a=\"1\"><Deep>x</Deep></Unknown><Encrypt>ab<!-- c -->cd</Encrypt></xml>")]
    [InlineData("{\"tousername\":\"ww1\",\"encrypt\":\"abcd\",\"agentid\":\"\"}")]
    [InlineData(" \n{\"agentid\":218,\"more\":{\"x\":[1]},\"encrypt\":\"ab\\u0063d\"}")]
    public void One_encrypted_text_is_found(string body) => Assert.Equal("abcd", CallbackEnvelope.ReadEncrypted(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("abcd")]
    [InlineData("<xml></xml>")]
    [InlineData("<xml><Encrypt>abcd</Encrypt>")]
    [InlineData("<xml><Encrypt>abcd</Encrypt></xml><xml/>")]
    [InlineData("<xml><Encrypt>abcd</Encrypt><Encrypt>abcd</Encrypt></xml>")]
    [InlineData("<xml><a><Encrypt>abcd</Encrypt></a></xml>")]
    [InlineData("<xml><Encrypt>abcd</Encrypt><a><Encrypt>abcd</Encrypt></a></xml>")]
    [InlineData("<xml><Encrypt>ab<b>cd</b></Encrypt></xml>")]
    [InlineData("<other><Encrypt>abcd</Encrypt></other>")]
    [InlineData("<Encrypt>abcd</Encrypt>")]
    [InlineData("<xml><Encrypt>ab&undefined;cd</Encrypt></xml>")]
    [InlineData("<xml><Encrypt>ab\u0001cd</Encrypt></xml>")]
    [InlineData("<!DOCTYPE xml><xml><Encrypt>abcd</Encrypt></xml>")]
    [InlineData("<!DOCTYPE xml [<!ENTITY e \"abcd\">]><xml><Encrypt>&e;</Encrypt></xml>")]
    [InlineData("<!DOCTYPE xml [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><Encrypt>&e;</Encrypt></xml>")]
    [InlineData("<!DOCTYPE xml SYSTEM \"http://127.0.0.1/x.dtd\"><xml><Encrypt>abcd</Encrypt></xml>")]
    [InlineData("<?xml version=\"1.0\" encoding=\"no-such\"?><xml><Encrypt>abcd</Encrypt></xml>")]
    [InlineData("<xml><a><b><c><d><e><f><g><h><i/></h></g></f></e></d></c></b></a><Encrypt>abcd</Encrypt></xml>")]
    [InlineData("{}")]
    [InlineData("{\"encrypt\":1}")]
    [InlineData("{\"encrypt\":null}")]
    [InlineData("{\"encrypt\":\"abcd\",\"encrypt\":\"abcd\"}")]
    [InlineData("{\"a\":{\"encrypt\":\"abcd\"}}")]
    [InlineData("{\"encrypt\":\"abcd\"")]
    [InlineData("{\"encrypt\":\"abcd\"}{}")]
    [InlineData("{\"encrypt\":\"\\ud800\"}")]
    [InlineData("{\"a\":[[[[[[[[[1]]]]]]]]],\"encrypt\":\"abcd\"}")]
    [InlineData("[\"encrypt\"]")]
    public void Everything_else_is_no_envelope(string body) => Assert.Null(CallbackEnvelope.ReadEncrypted(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Broken_utf8_is_no_envelope()
    {
        var body = Encoding.UTF8.GetBytes("<xml><Encrypt>abcd</Encrypt></xml>");
        body[14] = 0xFF;
        Assert.Null(CallbackEnvelope.ReadEncrypted(body));
        body = Encoding.UTF8.GetBytes("{\"encrypt\":\"abcd\"}");
        body[12] = 0xFF;
        Assert.Null(CallbackEnvelope.ReadEncrypted(body));
    }

    public static TheoryData<string, string> Bombs => new()
    {
        { "nested elements", Repeat("<a>", Mebibyte) },
        { "150,000 levels, closed", Repeat("<a>", 150_000 * 3) + Repeat("</a>", 150_000 * 4) },
        { "nested in the encrypted text", "<xml><Encrypt>" + Repeat("<a>", Mebibyte) },
        { "nested JSON", "{\"a\":" + Repeat("[", Mebibyte) },
        { "attributes", "<xml " + string.Concat(Enumerable.Range(0, 90_000).Select(i => $"a{i}=\"1\" ")) + "/>" },
        { "namespaces", "<xml " + string.Concat(Enumerable.Range(0, 60_000).Select(i => $"xmlns:a{i}=\"u{i}\" ")) + "/>" },
        { "colliding attributes", "<xml " + Repeat("a=\"1\" ", Mebibyte) + "/>" },
        { "empty elements", "<xml>" + Repeat("<a/>", Mebibyte) + "</xml>" },
        { "sections", "<xml><Encrypt>" + Repeat("<![CDATA[]]>", Mebibyte) + "</Encrypt></xml>" },
        { "comments", "<xml><Encrypt>" + Repeat("<!-- -->", Mebibyte) + "</Encrypt></xml>" },
        { "instructions", "<xml>" + Repeat("<?a b?>", Mebibyte) + "</xml>" },
        { "entities", "<xml><Encrypt>" + Repeat("&#65;", Mebibyte) + "</Encrypt></xml>" },
        { "a long name", "<" + Repeat("a", Mebibyte) },
        { "a long text", "<xml><Encrypt>" + Repeat("a", Mebibyte - 40) + "</Encrypt></xml>" },
        { "white space", Repeat(" ", Mebibyte) },
        { "JSON escapes", "{\"encrypt\":\"" + Repeat("\\u0041", Mebibyte - 20) + "\"}" },
        { "JSON names", "{" + Repeat("\"encrypt2\":1,", Mebibyte) },
    };

    /// <summary>
    /// Whatever a mebibyte holds, reading it comes to an end: a reader whose work grows with the square of the depth takes minutes, and
    /// one that nests its calls ends the process.
    /// </summary>
    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task Mebibyte_of_anything_is_read_to_an_end(string what, string body)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(what);
        var bytes = Encoding.UTF8.GetBytes(body);

        await Task.Run(() => CallbackEnvelope.ReadEncrypted(bytes), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private static string Repeat(string part, int bytes) => new StringBuilder(bytes).Insert(0, part, bytes / part.Length).ToString();
}
