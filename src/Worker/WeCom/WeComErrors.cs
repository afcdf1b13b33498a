using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using static WeComSync.Worker.WeCom.WeComErrorClass;

namespace WeComSync.Worker.WeCom;

/// <summary>The one table of WeCom's errcodes: what each means for us and what a person must do about it.</summary>
/// <remarks>Match errcode, never errmsg: WeCom rewords it. https://developer.work.weixin.qq.com/document/path/90313</remarks>
internal static class WeComErrors
{
    public const int InvalidSecret = 40001;
    public const int TooFrequent = 45009;
    public const int TooManyAtOnce = 45033;
    public const int IpNotTrusted = 60020;

    /// <summary>As <see cref="IpNotTrusted"/>, for a function with a list of its own.</summary>
    public const int IpNotListed = 301042;

    /// <summary>A parameter is wrong, or a cursor is no longer known.</summary>
    public const int BadParameter = 40058;

    /// <summary>
    /// No relation: of a member's listing, that he has no customers; of one customer, that nobody follows the person any more or that a
    /// member has not confirmed yet.
    /// </summary>
    public const int NoRelation = 84061;

    /// <summary>Not this caller's customer: of another subject, or followed only by members out of its sight.</summary>
    public const int NotOurCustomer = 40096;

    /// <summary>Refusals of one group chat: it does not exist, or no longer as a customers' chat that this caller may see.</summary>
    public static readonly FrozenSet<int> NoGroupChat = [90501, 90509, NoRelation, NotOurCustomer];

    /// <summary>The credential may not use this interface.</summary>
    public const int NotGranted = 48002;

    /// <summary>No member has the customer function.</summary>
    public const int NobodyServes = 84074;

    private const string Nothing = "Nothing to do: it is tried again later.";
    private const string Wait = "Nothing to do: calls go on when WeCom allows them again.";
    private const string NewToken = "Nothing to do: a new token is fetched.";
    private const string SecretWrong =
        "Copy the secret again from WeCom's administration, check that the application is enabled, enter it and press Resume.";
    private const string Row = "Look at the row in WeCom's administration; the mirror keeps what it had.";
    private const string Invisible = "Check that the object exists and lies in the application's visible range; the mirror keeps what it had.";
    private const string OurMistake = "This is a mistake in WeComSync: report it with this message.";
    private const string ThirdParty = "This code belongs to third-party applications, which WeComSync does not use: report it with this message.";

    private static readonly FrozenDictionary<int, (WeComErrorClass Class, string Action)> Table =
        new Dictionary<int, (WeComErrorClass Class, string Action)>
        {
            [-1] = (Retry, Nothing),
            [6000] = (Retry, Nothing),
            [302005] = (Retry, Nothing),
            [302008] = (Retry, "Nothing to do: another import is running; it is tried again later."),

            [40014] = (RefreshToken, NewToken),
            [42001] = (RefreshToken, NewToken),

            [TooFrequent] = (Throttle, Wait),
            [TooManyAtOnce] = (Throttle, Wait),

            [InvalidSecret] = (StopTenant, SecretWrong),
            [40013] = (StopTenant, "Check the corp id (企业ID) against 我的企业, correct it and press Resume."),
            [40056] = (StopTenant, "Check the application's AgentId, correct it and press Resume."),
            [40057] = (StopTenant, "Make the callback address reachable from WeCom and save it there again, then press Resume."),
            [40091] = (StopTenant, SecretWrong),
            [43012] = (StopTenant, "Give the application a callback address (设置API接收) in WeCom's administration, then press Resume."),
            [45026] = (StopTenant, "WeCom refused a mass deletion: decide in WeCom's administration whether it is wanted, then press Resume."),
            [45031] = (StopTenant, "Reset the secret in WeCom's administration (WeCom finds it unsafe), enter the new one and press Resume."),
            [48004] = (StopTenant, "Authorise the application again in WeCom's administration, then press Resume."),
            [48005] = (StopTenant, "WeCom retired this interface: install a newer WeComSync."),
            [48006] = (StopTenant, "An administrator must give the application its unused permission back in WeCom, then press Resume."),
            [50003] = (StopTenant, "Enable the application in WeCom's administration, then press Resume."),
            [50006] = (StopTenant, "Enable the system application in WeCom's administration, then press Resume."),
            [IpNotTrusted] = (StopTenant,
                "Add this server's public address to the application's trusted IPs (企业可信IP), wait a minute, then press Resume."),
            [60031] = (StopTenant, "Ask WeCom's support why the application may not call the API, then press Resume."),
            [301002] = (StopTenant, "AgentId and secret belong to different applications: correct one of them and press Resume."),
            [301007] = (StopTenant, "The corp is dissolved or banned: clear this with WeCom, or disable the tenant."),
            [IpNotListed] = (StopTenant, "Add this server's public address to the feature's own list of IPs in WeCom, then press Resume."),

            [45024] = (StopFeature, "The corp's head-count limit is reached: raise it in WeCom's administration."),
            [48001] = (StopFeature, "Grant the application this function in WeCom's administration."),
            [NotGranted] = (StopFeature,
                "This secret may not use this interface: use the application's secret, or list the application under the feature's 可调用接口的应用."),
            [48008] = (StopFeature, "Widen the contact-editing permission in WeCom's administration."),
            [48009] = (StopFeature,
                "WeCom lets contact sync read ids only from this address: give the tenant an application secret for the details."),

            [41057] = (StopFeature, "Bind a WeChat developer id in WeCom's administration (客户联系 → 客户 → API → 微信开发者ID)."),
            [NobodyServes] = (StopFeature, "Give members the customer function in WeCom's administration (客户联系 → 权限配置 → 使用范围)."),
            [701008] = (StopFeature, "None of these members has an interop licence; WeCom asks it of service providers' applications only."),

            [81017] = (Split, "Nothing to do: smaller parts are asked for."),
            [45029] = (Split, "Nothing to do: smaller parts are asked for."),
            [50100] = (Restart, "Nothing to do: the listing begins again."),

            [40003] = (SkipRow, Invisible),
            [40031] = (SkipRow, Row),
            [40066] = (SkipRow, Row),
            [40068] = (SkipRow, Row),
            [41017] = (SkipRow, Row),
            [40070] = (SkipRow, Row),
            [40071] = (SkipRow, Row),
            [40072] = (SkipRow, Row),
            [40073] = (SkipRow, Row),
            [40088] = (SkipRow, Row),
            [40089] = (SkipRow, Row),
            [43004] = (SkipRow, "The member has not bound WeChat; nothing else can be done here."),
            [46004] = (SkipRow, Invisible),
            [50002] = (SkipRow, Invisible),
            [60001] = (SkipRow, Row),
            [60009] = (SkipRow, Row),
            [60125] = (SkipRow, Row),
            [60003] = (SkipRow, Invisible),
            [60123] = (SkipRow, Invisible),
            [60004] = (SkipRow, Row),
            [60124] = (SkipRow, Row),
            [60005] = (SkipRow, Row),
            [60006] = (SkipRow, Row),
            [60007] = (SkipRow, Row),
            [60008] = (SkipRow, Row),
            [60010] = (SkipRow, Row),
            [60011] = (SkipRow, Invisible),
            [60021] = (SkipRow, Invisible),
            [60030] = (SkipRow, Invisible),
            [60102] = (SkipRow, Row),
            [60103] = (SkipRow, Row),
            [60104] = (SkipRow, Row),
            [60105] = (SkipRow, Row),
            [60106] = (SkipRow, Row),
            [60110] = (SkipRow, Row),
            [60111] = (SkipRow, Invisible),
            [60112] = (SkipRow, Row),
            [60127] = (SkipRow, Row),
            [60129] = (SkipRow, Row),
            [60132] = (SkipRow, Row),
            [60136] = (SkipRow, Row),
            [60141] = (SkipRow, Row),
            [60142] = (SkipRow, Row),
            [60143] = (SkipRow, Row),
            [60144] = (SkipRow, Row),
            [60145] = (SkipRow, Row),
            [60257] = (SkipRow, Row),
            [81001] = (SkipRow, Row),
            [81002] = (SkipRow, Row),
            [81003] = (SkipRow, Row),
            [81011] = (SkipRow, Invisible),
            [81013] = (SkipRow, Invisible),
            [84014] = (SkipRow, "The member must give consent again."),
            [84015] = (SkipRow, "The member must give consent again."),
            [NotOurCustomer] = (SkipRow, "Check that a member in the application's visible range follows this customer; the mirror keeps what it had."),
            [41056] = (SkipRow, Row),
            [NoRelation] = (SkipRow, "Nobody follows this customer, or the member has not confirmed yet; the mirror keeps what it had."),
            [84071] = (SkipRow, Row),
            [84083] = (SkipRow, "Give the member the customer function (客户联系 → 权限配置 → 使用范围); the mirror keeps what it had."),
            [84084] = (SkipRow, Invisible),
            [90501] = (SkipRow, Invisible),
            [90509] = (SkipRow, Invisible),
            [90511] = (SkipRow, Row),
            [301005] = (SkipRow, Row),
            [301012] = (SkipRow, Row),
            [301013] = (SkipRow, Row),
            [301014] = (SkipRow, Row),
            [301021] = (SkipRow, Invisible),
            [301036] = (SkipRow, Row),

            [40032] = (Bug, OurMistake),
            [40033] = (Bug, OurMistake),
            [40035] = (Bug, OurMistake),
            [BadParameter] = (Bug, OurMistake),
            [40063] = (Bug, OurMistake),
            [40082] = (Bug, ThirdParty),
            [42009] = (Bug, ThirdParty),
            [40092] = (Bug, OurMistake),
            [40093] = (Bug, OurMistake),
            [42012] = (Bug, OurMistake),
            [41001] = (Bug, OurMistake),
            [41002] = (Bug, OurMistake),
            [41004] = (Bug, OurMistake),
            [41019] = (Bug, OurMistake),
            [41035] = (Bug, OurMistake),
            [302003] = (Bug, OurMistake),
            [302004] = (Bug, OurMistake),
            [302006] = (Bug, OurMistake),
            [302007] = (Bug, OurMistake),
        }.ToFrozenDictionary();

    /// <summary>Every code that has a class, for the tests and the documentation.</summary>
    public static IEnumerable<int> Known => Table.Keys;

    /// <returns>Null for a code that is not known.</returns>
    public static WeComErrorClass? ClassOf(int errCode) => Table.TryGetValue(errCode, out var verdict) ? verdict.Class : null;

    /// <summary>Whether the refused address is one that WeCom's lists cannot hold: they take IPv4 only.</summary>
    /// <param name="errCode">WeCom's errcode.</param>
    /// <param name="fromIp">The address that WeCom saw.</param>
    public static bool IsOverIpv6(int? errCode, string? fromIp) => errCode is IpNotTrusted or IpNotListed
        && IPAddress.TryParse(fromIp, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;

    /// <param name="endpoint">Path below <c>/cgi-bin/</c>.</param>
    /// <param name="errCode">Not 0.</param>
    /// <param name="errmsg">As WeCom sent it.</param>
    /// <param name="secret">The token or secret that the call carried, to keep it out of the message.</param>
    public static WeComException From(string endpoint, int errCode, string? errmsg, string? secret)
    {
        var fromIp = WeComErrorText.FromIp(errmsg);
        if (!Table.TryGetValue(errCode, out var verdict))
        {
            verdict = (Bug, $"WeComSync does not know {errCode}: look it up at https://open.work.weixin.qq.com/devtool/query?e={errCode} "
                + "and report it, so that it gets its class.");
        }

        if (errCode == NotGranted && endpoint.StartsWith("externalcontact/", StringComparison.Ordinal))
        {
            verdict.Action = "List the application under 客户联系 → 客户 → API → 可调用接口的应用 in WeCom's administration; "
                + "the secret of contact sync (通讯录同步) is never good for customers.";
        }

        if (IsOverIpv6(errCode, fromIp))
        {
            verdict.Action = $"The call came over IPv6, from {fromIp}, and WeCom trusts IPv4 addresses only: give this server a way out over IPv4 "
                + "or an Http:Proxy that has one, add its public IPv4 address to WeCom's list of trusted IPs (企业可信IP), wait a minute, then press Resume.";
        }
        else if (errCode is IpNotTrusted or IpNotListed && fromIp is not null)
        {
            verdict.Action = verdict.Action.Replace("this server's public address", fromIp, StringComparison.Ordinal);
        }

        return new WeComException(endpoint, errCode, verdict.Class, WeComErrorText.Short(errmsg, secret), verdict.Action, fromIp);
    }
}
