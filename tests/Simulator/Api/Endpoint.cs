using System.Text.Json;

namespace WeComSync.Simulator.Api;

/// <summary>One endpoint of WeCom.</summary>
/// <param name="Path">Without <c>/cgi-bin/</c>.</param>
internal sealed record Endpoint(string Path, EndpointHandler Handler)
{
    public Rights Rights { get; init; } = Rights.Token;

    /// <summary>Takes a JSON body; GET is answered 40003.</summary>
    public bool IsPost { get; init; }

    /// <summary>Limits of calls apply.</summary>
    public bool IsLimited { get; init; } = true;

    /// <summary>The empty collections that failures carry beside errcode and errmsg.</summary>
    public Action<Utf8JsonWriter> WriteEmpty { get; init; } = static _ => { };
}

/// <returns>0 after having written the answer, or the errcode, having written nothing.</returns>
internal delegate ValueTask<int> EndpointHandler(ApiCall call);

/// <summary>Whose token may call.</summary>
internal enum Rights
{
    /// <summary>No token needed.</summary>
    Anyone,
    /// <summary>Any valid token.</summary>
    Token,
    /// <summary>Any, but the contact-sync secret only from an address that used it before 2022-08-15 (48009).</summary>
    Details,
    /// <summary>Only the contact-sync secret (48002).</summary>
    ContactSync,
    /// <summary>Only the contact-sync secret (48002), and only with the permission 编辑.</summary>
    ContactSyncEdit,
    /// <summary>Only an application's secret (48002).</summary>
    App,
    /// <summary>Only 客户联系 itself and applications that are listed there (48002).</summary>
    Customers,
}
