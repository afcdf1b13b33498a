using System.Text;
using WeComSync.Callbacks.Verification;
using Xunit;

namespace WeComSync.Callbacks.Tests.Verification;

public sealed class MessageReaderTests
{
    private const string Head = "<xml><ToUserName><![CDATA[ww1]]></ToUserName><FromUserName>sys</FromUserName><CreateTime>1767322811</CreateTime><MsgType>event</MsgType>";
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(1767322811);

    [Theory]
    [InlineData("<Event><![CDATA[change_contact]]></Event><ChangeType>create_user</ChangeType><UserID><![CDATA[HeYutong]]></UserID><ExtAttr><Item><Id>7</Id></Item></ExtAttr>", "change_contact", "create_user", "HeYutong")]
    [InlineData("<Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>a7f0</UserID><NewUserID>tang</NewUserID>", "change_contact", "update_user", "a7f0")]
    [InlineData("<Event>change_contact</Event><ChangeType>create_party</ChangeType><Id>2315041299</Id><ParentId><![CDATA[34]]></ParentId>", "change_contact", "create_party", "2315041299")]
    [InlineData("<Event>change_contact</Event><ChangeType>update_tag</ChangeType><TagId>9</TagId><AddUserItems>HeYutong,tang</AddUserItems>", "change_contact", "update_tag", "9")]
    [InlineData("<Event>change_external_contact</Event><ChangeType>del_follow_user</ChangeType><UserID>zhang</UserID><ExternalUserID>wmAAA</ExternalUserID>", "change_external_contact", "del_follow_user", "wmAAA")]
    [InlineData("<Event>change_external_chat</Event><ChatId>wrZ</ChatId><ChangeType>update</ChangeType>", "change_external_chat", "update", "wrZ")]
    [InlineData("<Event>change_external_tag</Event><Id>et1</Id><TagType>tag</TagType><ChangeType>create</ChangeType>", "change_external_tag", "create", "et1")]
    [InlineData("<Event>batch_job_result</Event><BatchJob><JobId>jobid_Q</JobId><JobType>export_user</JobType></BatchJob>", "batch_job_result", null, "jobid_Q")]
    [InlineData("<Event>msgaudit_notify</Event><AgentID>2000004</AgentID>", "msgaudit_notify", null, null)]
    public void Event_shows_what_it_is_about(string content, string kind, string? change, string? key) =>
        Assert.Equal(new MessageFacts(kind, change, key, Time), Read($"{Head}{content}</xml>"));

    [Fact]
    public void Json_message_is_read_too() =>
        Assert.Equal(
            new MessageFacts("change_contact", "update_user", "zhang", Time),
            Read("""{"MsgType":"event","createtime":1767322811,"event":"change_contact","ChangeType":"update_user","userid":"zhang","x":{"Event":"no"}}"""));

    /// <summary>WeCom sends odd names now and then. Losing the event would be worse than showing less of it.</summary>
    [Theory]
    [InlineData("<xml><Event>e</Event><UserID>a\u0001b</UserID></xml>", null)]
    [InlineData("<xml><Event>e</Event><UserID>a&#1;b</UserID></xml>", null)]
    [InlineData("<xml><Event>e</Event><UserID>a&#0;b</UserID></xml>", null)]
    [InlineData("<xml><Event>e</Event><UserID>\uD83D\uDE00</UserID></xml>", "\uD83D\uDE00")]
    [InlineData("\uFEFF<?xml version=\"1.0\" encoding=\"gbk\"?><xml><Event>e</Event><UserID>何</UserID></xml>", "何")]
    [InlineData("<xml><Event>e</Event><UserID></UserID><UserID>second</UserID></xml>", null)]
    [InlineData("<xml><Event>e</Event><UserID><b>x</b></UserID></xml>", null)]
    [InlineData("<xml><Event>e</Event><Name>&#xD83D;</Name><UserID>a</UserID></xml>", "a")]
    [InlineData("{\"Event\":\"e\",\"Name\":\"\\ud800\",\"\\udc00\":1,\"UserID\":\"a\"}", "a")]
    [InlineData("{\"Event\":\"e\",\"UserID\":\"\\ud800\"}", null)]
    public void Odd_characters_do_not_lose_an_event(string message, string? key) =>
        Assert.Equal(new MessageFacts("e", null, key, null), Read(message));

    [Fact]
    public void Broken_utf8_does_not_lose_an_event()
    {
        var bytes = Encoding.UTF8.GetBytes("<xml><Event>e</Event><UserID>ab</UserID></xml>");
        bytes[29] = 0xFF;
        Assert.Equal(new MessageFacts("e", null, null, null), MessageReader.Read(bytes));
    }

    [Fact]
    public void Names_too_long_for_a_row_are_left_out()
    {
        var facts = Read($"<xml><Event>{new string('e', 65)}</Event><ChangeType>{new string('c', 65)}</ChangeType><UserID>{new string('u', 257)}</UserID></xml>");
        Assert.Equal(new MessageFacts("unknown", null, null, null), facts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("<xml><Event>e</Event>")]
    [InlineData("<!DOCTYPE xml [<!ENTITY e \"x\">]><xml><Event>&e;</Event></xml>")]
    [InlineData("<xml><Event>&e;</Event></xml>")]
    [InlineData("{\"Event\":")]
    public void Unreadable_message_is_refused(string message) => Assert.Null(Read(message));

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void Depth_ends_at_32(int depth, bool readable)
    {
        var message = string.Concat(Enumerable.Repeat("<a>", depth + 1)) + string.Concat(Enumerable.Repeat("</a>", depth + 1));
        Assert.Equal(readable, Read(message) is not null);
    }

    [Fact]
    public void Largest_honest_message_is_read()
    {
        var members = string.Concat(Enumerable.Range(0, 2000).Select(i => $"<Item><UserId>wm{i}</UserId><Name>a &amp; b</Name></Item>"));
        Assert.Equal("chat", Read($"{Head}<Event>change_external_chat</Event><ChatId>chat</ChatId><MemChangeList>{members}</MemChangeList></xml>")?.ObjectKey);
    }

    [Theory]
    [InlineData("<a>")]
    [InlineData("<a/>")]
    [InlineData("<Event>x</Event>")]
    [InlineData("&#65;")]
    [InlineData("{\"a\":")]
    [InlineData("a='' ")]
    public async Task Mebibyte_of_anything_is_read_to_an_end(string part)
    {
        var message = Encoding.UTF8.GetBytes((part[0] == 'a' ? "<xml " : "<xml>") + string.Concat(Enumerable.Repeat(part, (1 << 20) / part.Length)));

        await Task.Run(() => MessageReader.Read(message), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private static MessageFacts? Read(string message) => MessageReader.Read(Encoding.UTF8.GetBytes(message));
}
