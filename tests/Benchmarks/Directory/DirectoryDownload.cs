using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Json;

namespace WeComSync.Benchmarks.Directory;

/// <summary>The answers that a full sync needs, downloaded and parsed, without a check, a limit or a retry.</summary>
internal sealed class DirectoryDownload(DirectorySource source) : IDisposable
{
    private const int PageSize = 10_000;

    private readonly HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly string root = source.WeCom + "/cgi-bin/";

    /// <summary>The token of contact sync.</summary>
    public Task<string> ContactsTokenAsync(CancellationToken ct) => TokenAsync(source.ContactsSecret, ct);

    /// <summary>The application's token.</summary>
    public Task<string> AppTokenAsync(CancellationToken ct) => TokenAsync(source.AppSecret, ct);

    public async Task<WeComDepartmentNode[]> DepartmentIdsAsync(string token, CancellationToken ct) =>
        (await GetAsync("department/simplelist", token, "", WeComJson.Default.DepartmentIdsReply, ct)).DepartmentId!;

    /// <summary>Every page of <c>user/list_id</c>.</summary>
    public async IAsyncEnumerable<UserIdsRow[]> UserIdsAsync(string token, [EnumeratorCancellation] CancellationToken ct)
    {
        string? cursor = null;
        do
        {
            using var body = new ByteArrayContent(
                JsonSerializer.SerializeToUtf8Bytes(new UserIdsRequest(cursor, PageSize), WeComJson.Default.UserIdsRequest));
            using var answer = await http.PostAsync(new Uri($"{root}user/list_id?access_token={token}"), body, ct);
            var page = JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(ct), WeComJson.Default.UserIdsReply)!;
            yield return page.DeptUser!;
            cursor = page.NextCursor;
        }
        while (!string.IsNullOrEmpty(cursor));
    }

    public Task AgentAsync(string token, CancellationToken ct) =>
        GetAsync("agent/get", token, $"&agentid={source.AgentId}", WeComJson.Default.AgentReply, ct);

    public async Task<WeComDepartment[]> DepartmentsAsync(string token, CancellationToken ct) =>
        (await GetAsync("department/list", token, "", WeComJson.Default.DepartmentsReply, ct)).Department!;

    /// <summary>Everybody, buffer by buffer.</summary>
    public async IAsyncEnumerable<List<WeComUser>> UsersAsync(string token, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var body = await http.GetStreamAsync(new Uri($"{root}user/list?access_token={token}&department_id=1&fetch_child=1"), ct);
        var parser = new UserListParser();
        var buffer = new byte[64 << 10];
        var members = new List<WeComUser>();
        for (int length = 0, count = 1; count > 0;)
        {
            count = await body.ReadAsync(buffer.AsMemory(length), ct);
            length += count;
            var done = parser.Read(buffer.AsSpan(0, length), count == 0, members);
            buffer.AsSpan(done, length - done).CopyTo(buffer);
            length -= done;
            yield return members;
            members.Clear();
        }
    }

    public async Task<WeComTag[]> TagsAsync(string token, CancellationToken ct) =>
        (await GetAsync("tag/list", token, "", WeComJson.Default.TagsReply, ct)).Taglist!;

    public Task<TagReply> TagAsync(string token, long id, CancellationToken ct) =>
        GetAsync("tag/get", token, $"&tagid={id}", WeComJson.Default.TagReply, ct);

    public void Dispose() => http.Dispose();

    private async Task<string> TokenAsync(string secret, CancellationToken ct)
    {
        var bytes = await http.GetByteArrayAsync(new Uri($"{root}gettoken?corpid={source.CorpId}&corpsecret={secret}"), ct);
        return Uri.EscapeDataString(JsonSerializer.Deserialize(bytes, WeComJson.Default.TokenReply)!.AccessToken!);
    }

    private async Task<T> GetAsync<T>(string endpoint, string token, string query, JsonTypeInfo<T> type, CancellationToken ct) =>
        JsonSerializer.Deserialize(await http.GetByteArrayAsync(new Uri($"{root}{endpoint}?access_token={token}{query}"), ct), type)!;
}
