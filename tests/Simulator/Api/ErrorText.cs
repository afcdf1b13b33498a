using System.Globalization;
using System.Security.Cryptography;

namespace WeComSync.Simulator.Api;

/// <summary>What WeCom writes into <c>errmsg</c>.</summary>
internal static class ErrorText
{
    /// <summary>The short text, then the hint, the caller's address and the link.</summary>
    public static string For(int code, string address, DateTimeOffset now)
    {
        // Seen bare in real answers.
        if (code == 40014)
            return "invalid access_token";
        var hint = string.Create(CultureInfo.InvariantCulture,
            $"{now.ToUnixTimeMilliseconds()}{RandomNumberGenerator.GetInt32(1_000_000):D6}{RandomNumberGenerator.GetInt32(1_000_000):D6}");
        return $"{Short(code)}, hint: [{hint}], from ip: {address}, more info at https://open.work.weixin.qq.com/devtool/query?e={code}";
    }

    private static string Short(int code) => code switch
    {
        -1 => "system error, please try again later",
        6000 => "data version conflict",
        40001 => "invalid credential",
        40003 => "invalid userid",
        40013 => "invalid corpid",
        40033 => "invalid request: \\uxxxx is not allowed",
        40035 => "invalid parameter",
        40056 => "invalid agentid",
        40093 => "invalid jsapi signature",
        40096 => "invalid external userid",
        42012 => "invalid jsapi ticket type",
        81017 => "too many users",
        84061 => "not external contact",
        84074 => "no permission of external contact",
        84083 => "user has no external contact permission",
        84084 => "not follow user",
        90501 => "not a customer group chat",
        701008 => "no active license",
        41050 => "invalid welcome code",
        41051 => "welcome message has been sent",
        41096 => "welcome message is being sent",
        41035 => "missing external userid",
        40058 => "invalid request parameter",
        40068 => "invalid tagid",
        40091 => "secret is invalid",
        41001 => "access_token missing",
        41002 => "corpid missing",
        41004 => "corpsecret missing",
        41017 => "tagid missing",
        41019 => "missing department",
        42001 => "access_token expired",
        45009 => "api freq out of limit",
        45024 => "user limit reached",
        45029 => "response out of limit",
        45031 => "corpsecret is not safe enough, please reset it",
        45033 => "api concurrent out of limit",
        48002 => "api forbidden",
        48008 => "contact api forbidden",
        48009 => "api forbidden for contact assistant",
        50100 => "invalid cursor",
        60001 => "invalid party name",
        60003 or 60123 => "department not found",
        60004 or 60124 => "invalid parent party id",
        60005 => "department contains user",
        60006 => "department contains child department",
        60007 => "root department can not be deleted",
        60008 => "department existed",
        60009 => "invalid party name characters",
        60010 => "department cycle",
        60102 => "userid existed",
        60103 => "invalid mobile",
        60104 => "mobile existed",
        60105 => "invalid email",
        60106 => "email existed",
        60110 => "too many departments",
        60112 => "invalid name",
        60129 => "missing mobile or email",
        60132 => "invalid is_leader_in_dept",
        60257 => "too many direct leaders",
        81001 => "too many nodes",
        81002 => "too many levels",
        301012 => "invalid position",
        301013 => "invalid telephone",
        301021 => "userid not in directory",
        301036 => "userid can not be changed",
        60011 => "no privilege to access/modify contact/party/agent",
        60020 => "not allow to access from your ip",
        60111 => "userid not found",
        301002 => "not allow operate another agent with this accesstoken",
        301007 => "corp is dissolved or banned",
        _ => "error",
    };
}
