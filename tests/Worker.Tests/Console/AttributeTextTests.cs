using WeComSync.Worker.WebConsole.Directory;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

public sealed class AttributeTextTests
{
    [Theory]
    [InlineData("""{"attrs":[{"type":0,"name":"工号","text":{"value":"A-1022"}},{"type":1,"name":"主页","web":{"url":"https://corp.example","title":"个人页"}}]}""", "工号: A-1022; 主页: https://corp.example 个人页")]
    [InlineData("""{"external_corp_name":"示例","external_attr":[{"type":2,"name":"小程序","miniprogram":{"appid":"wx1","title":"商城"}}]}""", "示例; 小程序: wx1 商城")]
    [InlineData("""{"attrs":[]}""", "")]
    [InlineData("""{"wechat_channels":{"status":1,"nickname":"小店"},"external_corp_name":"示例","external_attr":[]}""", "小店; 示例")]
    [InlineData("""["zhang","li"]""", "zhang, li")]
    [InlineData("[]", "")]
    [InlineData("7", "7")]
    [InlineData(null, null)]
    public void Attributes_are_shown_by_their_names_and_values(string? json, string? text) => Assert.Equal(text, AttributeText.Of(json));
}
