using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace WeComSync.Benchmarks;

/// <summary>A company of the simulator.</summary>
internal sealed record SimulatedCorp(string CorpId, long AgentId, string AppSecret, string ContactsSecret, int People, int Departments)
{
    /// <summary>A company that nobody is asked about.</summary>
    public static readonly SimulatedCorp Nobody = new("ww0000000000000000", 1_000_002, "secret of nobody", "secret of nobody", 0, 0);
}

/// <summary>The simulator as a process of its own, so that its work and memory are not the worker's.</summary>
internal sealed class SimulatorProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly HttpClient http;

    private SimulatorProcess(Process process, string baseUrl)
    {
        this.process = process;
        BaseUrl = baseUrl;
        http = new HttpClient { BaseAddress = new Uri($"{baseUrl}/_control/"), Timeout = TimeSpan.FromMinutes(10) };
    }

    public string BaseUrl { get; }

    public static async Task<SimulatorProcess> StartAsync(CancellationToken ct)
    {
        var process = Process.Start(MeasuredProcess.Command(
            "WeComSync.Simulator.dll", ["--people", "1", "--departments", "1", "--tags", "0", "--per-minute", "0"], []))!;
        var line = await process.StandardOutput.ReadLineAsync(ct) ?? throw new InvalidOperationException("The simulator did not start.");
        return new SimulatorProcess(process, JsonElement.Parse(line).GetProperty("baseUrl").GetString()!);
    }

    /// <param name="seed">The same seed and sizes make the same company.</param>
    /// <param name="people">How many.</param>
    /// <param name="departments">With the root.</param>
    /// <param name="tags">Contact tags.</param>
    /// <param name="memberships">Over all departments, about.</param>
    /// <param name="ct">Stops waiting.</param>
    public async Task<SimulatedCorp> AddCorpAsync(int seed, int people, int departments, int tags, int memberships, CancellationToken ct)
    {
        // Who is in several departments is in 2.85 of them on average.
        var several = Math.Clamp((memberships - people) / (1.85 * people), 0, 1);
        var body = new { seed, people, departments, tags, severalDepartmentsShare = several, settings = new { limits = new { perMinute = 0, perHour = 0 } } };
        using var answer = await http.PostAsJsonAsync("corps", body, ct);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<SimulatedCorp>(ct))!;
    }

    /// <summary>A company whose members all have customers, with tags and without group chats.</summary>
    public async Task<SimulatedCorp> AddCustomersAsync(int members, int customers, int relations, CancellationToken ct)
    {
        var body = new
        {
            seed = members, people = members, departments = 20, tags = 0,
            customers = new { count = customers, relations, idleShare = 0, tagGroups = 10, groupChats = 0 },
            settings = new { limits = new { perMinute = 0, perHour = 0 } },
        };
        using var answer = await http.PostAsJsonAsync("corps", body, ct);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<SimulatedCorp>(ct))!;
    }

    /// <summary>Changes one in a hundred people of the company.</summary>
    public async Task ChangeOnePercentAsync(SimulatedCorp corp, int seed, CancellationToken ct)
    {
        var n = corp.People;
        var churn = new { seed, hires = Math.Max(1, n / 2000), leaves = Math.Max(1, n / 2000), moves = n / 250, renames = n / 333, statusChanges = n / 500 };
        using var answer = await http.PostAsJsonAsync($"corps/{corp.CorpId}/churn", churn, ct);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Where the company sends its events from now on; the address is verified first.</summary>
    public async Task SetCallbacksAsync(SimulatedCorp corp, string url, string token, string encodingAesKey, CancellationToken ct)
    {
        using var answer = await http.PutAsJsonAsync($"corps/{corp.CorpId}/callbacks/target", new { url, token, encodingAesKey }, ct);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Moves a person to one department.</summary>
    public async Task MoveAsync(SimulatedCorp corp, string userId, long department, CancellationToken ct)
    {
        using var answer = await http.PostAsJsonAsync($"corps/{corp.CorpId}/people/{userId}/move", new { departments = new[] { department } }, ct);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Calls of a company since <see cref="ForgetCallsAsync"/>, by path below <c>/cgi-bin/</c>.</summary>
    public async Task<IReadOnlyDictionary<string, int>> CallsAsync(SimulatedCorp corp, CancellationToken ct)
    {
        var counts = await http.GetFromJsonAsync<JsonElement>("calls/counts", ct);
        return counts.EnumerateArray()
            .Where(count => count.GetProperty("corpId").GetString() == corp.CorpId)
            .ToDictionary(count => count.GetProperty("path").GetString()!, count => count.GetProperty("calls").GetInt32());
    }

    public async Task ForgetCallsAsync(CancellationToken ct)
    {
        using var answer = await http.DeleteAsync(new Uri("calls", UriKind.Relative), ct);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
