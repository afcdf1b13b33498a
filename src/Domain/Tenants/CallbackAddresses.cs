using Microsoft.Extensions.Configuration;
using WeComSync.Domain.Storage;

namespace WeComSync.Domain.Tenants;

/// <summary>The addresses that tenants paste into WeCom's administration.</summary>
/// <param name="PublicUrl">Public base of the callback host without a closing slash; null if <c>Callbacks:PublicUrl</c> is not set.</param>
public sealed record CallbackAddresses(string? PublicUrl)
{
    /// <exception cref="ConfigurationException">The setting is no base address.</exception>
    public static CallbackAddresses Read(IConfiguration configuration)
    {
        var text = configuration["Callbacks:PublicUrl"];
        if (string.IsNullOrWhiteSpace(text))
        {
            return new(PublicUrl: null);
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            && url is { Query: "", Fragment: "", UserInfo: "" }
                ? new(text.TrimEnd('/'))
                : throw new ConfigurationException(
                    "Callbacks:PublicUrl must be the http or https address of the callback host as WeCom reaches it, "
                    + "without a query, for example https://sync.example.com.");
    }

    /// <summary>Path of one channel's callbacks on the callback host.</summary>
    public static string PathOf(Tenant tenant, Channel channel) => $"/callbacks/{tenant.CallbackKey}/{EnumText.Of(channel)}";

    /// <returns>Null if the public address is not configured.</returns>
    public string? UrlOf(Tenant tenant, Channel channel) => PublicUrl is null ? null : PublicUrl + PathOf(tenant, channel);
}
