using Microsoft.Extensions.Options;

namespace WeComSync.Worker.WeCom;

/// <summary>Section <c>Http</c>.</summary>
internal sealed class HttpOptions
{
    public const string Section = "Http";

    /// <summary>
    /// Proxy for all calls to WeCom, so that they leave from the address that tenants trust; a name and password may be part of it.
    /// Null: the proxy of the environment (<c>HTTPS_PROXY</c>), if any.
    /// </summary>
    [HttpAddress("http", "https", "socks4", "socks4a", "socks5",
        ErrorMessage = "Http:Proxy must be an http, https or socks address such as http://proxy.example.com:3128.")]
    public string? Proxy { get; init => field = string.IsNullOrWhiteSpace(value) ? null : value; }
}

[OptionsValidator]
internal sealed partial class HttpOptionsValidator : IValidateOptions<HttpOptions>;
