using System.Text;
using System.Text.Json;
using WeComSync.Simulator.Corps;

namespace WeComSync.Simulator.Tests;

/// <summary>Calls the simulator as any client would, and remembers nothing but one token per credential.</summary>
internal sealed class Caller(SimulatorHost host) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(host.BaseUrl) };
    private readonly Dictionary<Credential, string> _tokens = [];

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public HttpClient Http => _http;

    public async Task<JsonElement> GetAsync(string pathAndQuery) => Parse(await _http.GetByteArrayAsync(pathAndQuery, Cancel));

    public Task<JsonElement> GetTokenAsync(string corpId, string secret) =>
        GetAsync($"/cgi-bin/gettoken?corpid={corpId}&corpsecret={secret}");

    /// <summary>A GET with the credential's token, of a path such as <c>user/get?userid=a</c>.</summary>
    public async Task<JsonElement> GetAsync(Credential credential, string pathAndQuery) =>
        await GetAsync(await UrlAsync(credential, pathAndQuery));

    /// <summary>The answer before it is understood.</summary>
    public async Task<HttpResponseMessage> GetRawAsync(Credential credential, string pathAndQuery) =>
        await _http.GetAsync(await UrlAsync(credential, pathAndQuery), Cancel);

    public async Task<JsonElement> PostAsync(Credential credential, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(await UrlAsync(credential, path), content, Cancel);
        return Parse(await response.Content.ReadAsByteArrayAsync(Cancel));
    }

    public async Task<string> UrlAsync(Credential credential, string pathAndQuery)
    {
        if (!_tokens.TryGetValue(credential, out var token))
        {
            var answer = await GetTokenAsync(credential.Corp.Id, credential.Secret);
            _tokens[credential] = token = answer.GetProperty("access_token").GetString()!;
        }
        return $"/cgi-bin/{pathAndQuery}{(pathAndQuery.Contains('?', StringComparison.Ordinal) ? '&' : '?')}access_token={token}";
    }

    /// <summary>Reads user/list_id to its end.</summary>
    public async Task<List<(string UserId, long Department)>> ListIdsAsync(ContactSync contacts, int limit)
    {
        var rows = new List<(string, long)>();
        var cursor = "";
        do
        {
            var page = await PostAsync(contacts, "user/list_id", $$"""{"cursor":"{{cursor}}","limit":{{limit}}}""");
            Assert.Equal(0, page.ErrCode());
            rows.AddRange(page.GetProperty("dept_user").EnumerateArray()
                .Select(row => (row.GetProperty("userid").GetString()!, row.GetProperty("department").GetInt64())));
            cursor = page.TryGetProperty("next_cursor", out var next) ? next.GetString()! : "";
        }
        while (cursor.Length > 0);
        return rows;
    }

    public void Dispose() => _http.Dispose();

    private static JsonElement Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
