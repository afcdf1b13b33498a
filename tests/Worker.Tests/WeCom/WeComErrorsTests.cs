using WeComSync.Worker.WeCom;
using Xunit;

namespace WeComSync.Worker.Tests.WeCom;

public sealed class WeComErrorsTests
{
    private const string NotTrusted =
        "not allow to access from your ip, hint: [1690282230612130918224239], from ip: 222.65.121.207, "
        + "more info at https://open.work.weixin.qq.com/devtool/query?e=60020";

    /// <summary>The fact sheet's table, code by code.</summary>
    public static TheoryData<string, int[]> Classes => new()
    {
        { nameof(WeComErrorClass.Retry), [-1, 6000, 302005, 302008] },
        { nameof(WeComErrorClass.RefreshToken), [40014, 42001] },
        { nameof(WeComErrorClass.Throttle), [45009, 45033] },
        {
            nameof(WeComErrorClass.StopTenant),
            [40001, 40013, 40056, 40057, 40091, 43012, 45026, 45031, 48004, 48005, 48006, 50003, 50006, 60020, 60031, 301002, 301007, 301042]
        },
        { nameof(WeComErrorClass.StopFeature), [41057, 45024, 48001, 48002, 48008, 48009, 84074, 701008] },
        { nameof(WeComErrorClass.Split), [45029, 81017] },
        { nameof(WeComErrorClass.Restart), [50100] },
        {
            nameof(WeComErrorClass.SkipRow),
            [
                40003, 40031, 40066, 40068, 41017, 40070, 40071, 40072, 40073, 40088, 40089, 43004, 46004, 50002, 60001, 60009, 60125, 60003, 60123,
                60004, 60124, 60005, 60006, 60007, 60008, 60010, 60011, 60021, 60030, 60102, 60103, 60104, 60105, 60106, 60110, 60111, 60112, 60127,
                60129, 60132, 60136, 60141, 60142, 60143, 60144, 60145, 60257, 81001, 81002, 81003, 81011, 81013, 84014, 84015, 301005, 301012,
                301013, 301014, 301021, 301036, 40096, 41056, 84061, 84071, 84083, 84084, 90501, 90509, 90511,
            ]
        },
        {
            nameof(WeComErrorClass.Bug),
            [40032, 40033, 40035, 40058, 40063, 40082, 42009, 40092, 40093, 42012, 41001, 41002, 41004, 41019, 41035, 302003, 302004, 302006, 302007]
        },
    };

    [Theory]
    [MemberData(nameof(Classes))]
    public void Every_known_code_has_the_class_of_the_fact_sheet_and_an_action(string name, int[] codes)
    {
        foreach (var code in codes)
        {
            var failure = WeComErrors.From("user/get", code, "short text", null);

            Assert.Equal((code, name), (failure.ErrCode, failure.Class.ToString()));
            Assert.NotEmpty(failure.Action);
        }
    }

    [Fact]
    public void Table_holds_no_code_that_the_fact_sheet_does_not_list() =>
        Assert.Equal(Classes.SelectMany(row => row.Data.Item2).Order(), WeComErrors.Known.Order());

    [Fact]
    public void Unknown_code_is_a_bug_that_says_where_to_look_it_up()
    {
        var failure = WeComErrors.From("user/get", 99999, "odd", null);

        Assert.Equal(WeComErrorClass.Bug, failure.Class);
        Assert.Contains("https://open.work.weixin.qq.com/devtool/query?e=99999", failure.Action, StringComparison.Ordinal);
    }

    [Fact]
    public void Message_says_what_was_called_what_came_back_and_what_to_do()
    {
        var failure = WeComErrors.From("user/list", 60020, NotTrusted, null);

        Assert.Equal(
            "user/list answered 60020: not allow to access from your ip. Add 222.65.121.207 to the application's trusted IPs (企业可信IP), "
            + "wait a minute, then press Resume.",
            failure.Message);
        Assert.Equal("not allow to access from your ip", failure.Reason);
        Assert.Equal("222.65.121.207", failure.FromIp);
    }

    /// <summary>WeCom's list takes IPv4 addresses only: entering this one would be refused there.</summary>
    [Theory]
    [InlineData(60020)]
    [InlineData(301042)]
    public void Address_of_ipv6_is_not_to_be_entered_but_left_for_one_of_ipv4(int code)
    {
        var failure = WeComErrors.From("user/list", code, NotTrusted.Replace("222.65.121.207", "2408:4002::b3a", StringComparison.Ordinal), null);

        Assert.Equal(
            $"user/list answered {code}: not allow to access from your ip. The call came over IPv6, from 2408:4002::b3a, and WeCom trusts IPv4 addresses only: "
            + "give this server a way out over IPv4 or an Http:Proxy that has one, add its public IPv4 address to WeCom's list of trusted IPs (企业可信IP), "
            + "wait a minute, then press Resume.",
            failure.Message);
        Assert.Equal("2408:4002::b3a", failure.FromIp);
    }

    [Theory]
    [InlineData("not allow to access from your ip")]
    [InlineData("not allow to access from your ip, hint: [1690282230612130918224239]")]
    [InlineData(null)]
    public void Action_for_an_untrusted_address_holds_without_the_address(string? errmsg)
    {
        var failure = WeComErrors.From("user/list", 60020, errmsg, null);

        Assert.Null(failure.FromIp);
        Assert.Contains("this server's public address", failure.Action, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("invalid access_token", "invalid access_token")]
    [InlineData("invalid credential, access_token=CANARY is bad", "invalid credential, access_token=*** is bad")]
    [InlineData("bad corpsecret: CANARY, hint: [x]", "bad corpsecret: ***")]
    [InlineData("what about CANARY here", "what about *** here")]
    [InlineData("line\r\nbreak\u001b[31m", "line break [31m")]
    [InlineData("", "no text")]
    [InlineData(null, "no text")]
    public void Reason_is_one_line_without_hint_address_or_credential(string? errmsg, string reason) =>
        Assert.Equal(reason, WeComErrors.From("gettoken", 40001, errmsg, "CANARY").Reason);

    [Fact]
    public void Long_text_is_cut() => Assert.Equal(200, WeComErrors.From("user/get", -1, new string('x', 5000), null).Reason.Length);
}
