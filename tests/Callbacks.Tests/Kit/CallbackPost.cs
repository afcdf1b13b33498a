using System.Net;
using System.Text;

namespace WeComSync.Callbacks.Tests.Kit;

/// <summary>Sends what WeCom sends.</summary>
internal static class CallbackPost
{
    public static async Task<HttpStatusCode> PostAsync(this HttpClient client, string url, string body, CancellationToken ct)
    {
        using var content = new StringContent(body, Encoding.UTF8, "text/xml");
        using var answer = await client.PostAsync(url, content, ct);
        return answer.StatusCode;
    }

    public static Task<HttpStatusCode> PostAsync(this HttpClient client, TestTenant tenant, CallbackDelivery delivery, CancellationToken ct) =>
        client.PostAsync($"{tenant.Path}?{delivery.Query}", delivery.Body, ct);
}
