using WeComSync.Worker.Jobs;
using Xunit;

namespace WeComSync.Worker.Tests.Jobs;

public sealed class ScrubbingPerformerTests
{
    [Theory]
    [InlineData("GET https://qyapi.weixin.qq.com/cgi-bin/user/get?access_token=CANARY&userid=a failed")]
    [InlineData("GET /cgi-bin/gettoken?corpid=ww1&corpsecret=CANARY failed")]
    [InlineData("Host=db;Username=u;Password=CANARY;Database=d")]
    [InlineData("""answer {"errcode":0,"access_token": "CANARY","expires_in":7200}""")]
    [InlineData("EncodingAESKey: CANARY")]
    public void Secrets_go_and_the_rest_stays(string text)
    {
        var scrubbed = ScrubbingPerformer.Scrub(text);

        Assert.DoesNotContain("CANARY", scrubbed, StringComparison.Ordinal);
        Assert.Equal(text.Replace("CANARY", "***", StringComparison.Ordinal), scrubbed);
    }
}
