using System.Text.Json;

namespace WeComSync.Simulator.Api;

internal static class RequestBody
{
    /// <summary>Reads the text and leaves it there to be read again.</summary>
    public static async ValueTask<string> PeekAsync(HttpRequest request)
    {
        request.EnableBuffering();
        using var reader = new StreamReader(request.Body, leaveOpen: true);
        var text = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
        request.Body.Position = 0;
        return text;
    }

    /// <summary>Reads the JSON object that a POST carries; nothing counts as an empty object.</summary>
    /// <returns>0, or the errcode.</returns>
    public static async ValueTask<int> ReadAsync(ApiCall call)
    {
        using var reader = new StreamReader(call.RequestBody);
        var text = await reader.ReadToEndAsync(call.Aborted);
        if (call.Corp.Settings.RefusesUnicodeEscapes && text.Contains("\\u", StringComparison.Ordinal))
            return 40033;
        try
        {
            using var document = JsonDocument.Parse(text.Length == 0 ? "{}" : text);
            call.Body = document.RootElement.Clone();
            return call.Body.ValueKind == JsonValueKind.Object ? 0 : 40035;
        }
        catch (JsonException)
        {
            return 40035;
        }
    }
}
