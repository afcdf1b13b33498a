using System.Collections.Immutable;

namespace WeComSync.Simulator.Api;

/// <summary><c>getcallbackip</c> and <c>get_api_domain_ip</c>.</summary>
internal static class AddressEndpoints
{
    public static Endpoint[] All { get; } =
    [
        new("getcallbackip", call => List(call, call.Host.Options.CallbackAddresses))
        {
            WriteEmpty = json => json.WriteEmptyArray("ip_list"),
        },
        new("get_api_domain_ip", call => List(call, call.Host.Options.ApiAddresses))
        {
            WriteEmpty = json => json.WriteEmptyArray("ip_list"),
        },
    ];

    private static ValueTask<int> List(ApiCall call, ImmutableArray<string> addresses)
    {
        var json = call.Begin();
        json.WriteStartArray("ip_list");
        foreach (var address in addresses.AsSpan()[..call.Share(addresses.Length)])
            json.WriteStringValue(address);
        json.WriteEndArray();
        return ValueTask.FromResult(0);
    }
}
