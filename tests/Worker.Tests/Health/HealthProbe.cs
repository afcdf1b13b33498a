using System.Net;
using WeComSync.Worker.Tests.WebConsole;

namespace WeComSync.Worker.Tests.Health;

/// <summary>Asks as a load balancer does.</summary>
internal static class HealthProbe
{
    /// <returns>Null as long as nobody listens.</returns>
    public static async Task<HttpStatusCode?> StatusAsync(this HttpClient probe, string page)
    {
        try
        {
            using var answer = await probe.OpenAsync(page);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
