using System.Text;
using WeComSync.Callbacks.Verification;
using Xunit;

namespace WeComSync.Callbacks.Tests.Verification;

public sealed class WelcomeCodeTests
{
    private const string Code = "BLEPH1qhT61qtc4xatws8phP9nhFyJfm5di4PzJ59FH";

    [Theory]
    [InlineData("<xml><Event>change_external_contact</Event><WelcomeCode><![CDATA[{0}]]></WelcomeCode><State>s</State></xml>")]
    [InlineData("<xml><WelcomeCode>{0}</WelcomeCode><Event>change_external_contact</Event><ExternalUserID>wm</ExternalUserID></xml>")]
    [InlineData("{{\"Event\":\"change_external_contact\",\"welcomecode\":\"{0}\"}}")]
    public void Code_is_taken_out_and_nothing_else_of_the_message_changes(string form)
    {
        var message = Encoding.UTF8.GetBytes(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, Code));
        var facts = MessageReader.Read(message)!;

        var (kept, code) = WelcomeCode.Take(message, facts);

        Assert.Equal(Code, code);
        Assert.Equal(Encoding.UTF8.GetString(message).Replace(Code, "", StringComparison.Ordinal), Encoding.UTF8.GetString(kept));
        Assert.Equal(facts with { WelcomeCode = null }, MessageReader.Read(kept));
    }

    [Theory]
    [InlineData("<xml><Event>e</Event><State>WelcomeCode</State></xml>")]
    [InlineData("<xml><Event>e</Event><WelcomeCode></WelcomeCode></xml>")]
    [InlineData("<xml><Event>e</Event><WelcomeCode>a&amp;b</WelcomeCode></xml>")]
    public void Message_without_a_code_that_WeCom_could_have_sent_is_kept_as_it_came(string text)
    {
        var message = Encoding.UTF8.GetBytes(text);

        Assert.Equal((text, null), WelcomeCode.Take(message, MessageReader.Read(message)!) is var (kept, code) ? (Encoding.UTF8.GetString(kept), code) : default);
    }
}
