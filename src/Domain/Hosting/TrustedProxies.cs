using System.Net;
using WeComSync.Domain.Storage;

namespace WeComSync.Domain.Hosting;

/// <summary>Proxies whose word about a request's source is believed; nobody else's is.</summary>
public static class TrustedProxies
{
    /// <param name="key">The setting, for its error.</param>
    /// <param name="text">Addresses or networks, separated by commas; null or empty for none.</param>
    /// <exception cref="ConfigurationException">One of them is neither.</exception>
    public static IReadOnlyList<IPNetwork> Read(string key, string? text) =>
        [.. (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(part => ReadNetwork(key, part))];

    private static IPNetwork ReadNetwork(string key, string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new ConfigurationException($"{key} must be addresses or networks separated by commas, for example '10.0.0.5, 10.1.0.0/16'.");
}
