using System.Reflection;
using System.Security.Cryptography;

namespace WeComSync.Worker.WebConsole.Assets;

/// <summary>The style sheets and the script, inside the assembly. Their addresses change with their content, so browsers keep them.</summary>
internal sealed class ConsoleAssets
{
    private static readonly (string Name, string Type)[] Known =
        [("pico.min.css", "text/css; charset=utf-8"), ("console.css", "text/css; charset=utf-8"), ("console.js", "text/javascript; charset=utf-8")];

    private readonly Dictionary<string, Asset> assets = Known.ToDictionary(known => known.Name, known => Load(known.Name, known.Type));

    /// <summary>The asset's address.</summary>
    public string this[string name] => $"/assets/{name}?v={assets[name].Version}";

    public Asset? Find(string name) => assets.GetValueOrDefault(name);

    private static Asset Load(string name, string type)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new(bytes, type, Convert.ToHexStringLower(SHA256.HashData(bytes))[..12]);
    }

    /// <summary>One file.</summary>
    internal sealed record Asset(byte[] Bytes, string Type, string Version);
}

/// <summary>Serves the assets to everybody: the login needs them.</summary>
internal static class AssetEndpoint
{
    public static void MapConsoleAssets(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/assets/{name}", (string name, ConsoleAssets assets, HttpResponse response) =>
    {
        if (assets.Find(name) is not { } asset)
        {
            return Results.NotFound();
        }

        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(asset.Bytes, asset.Type);
    }).AllowAnonymous();
}
