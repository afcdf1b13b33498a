using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WeComSync.Simulator.Corps;

/// <summary>What a page must show so that WeCom's client lets it use the JS-SDK.</summary>
/// <param name="Url">Of the page, without <c>#</c> and what follows it.</param>
/// <remarks>https://developer.work.weixin.qq.com/document/path/90506</remarks>
public sealed record JsapiSignature(string NonceStr, long Timestamp, string Url, string Signature)
{
    [SuppressMessage("Security", "CA5350", Justification = "WeCom's choice.")]
    public static string Of(string ticket, string nonceStr, long timestamp, string url) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"jsapi_ticket={ticket}&noncestr={nonceStr}&timestamp={timestamp}&url={url}"))));

    /// <returns>Whether it was made with this ticket.</returns>
    public bool IsBy(string? ticket) => ticket is not null && Of(ticket, NonceStr, Timestamp, Url) == Signature;
}
