using System.Text.Json;

namespace WeComSync.Benchmarks.Directory;

/// <summary>Where the compared programs read from and write to; they get it through their environment.</summary>
/// <param name="WeCom">Address of the simulator.</param>
/// <param name="CorpId">The company.</param>
/// <param name="AgentId">Its application.</param>
/// <param name="AppSecret">The application's secret.</param>
/// <param name="ContactsSecret">The secret of contact sync.</param>
/// <param name="Database">Connection string of a migrated database.</param>
internal sealed record DirectorySource(string WeCom, string CorpId, long AgentId, string AppSecret, string ContactsSecret, string Database)
{
    private const string Variable = "WECOMSYNC_BENCHMARK_SOURCE";

    /// <summary>The tenant under which the compared programs write.</summary>
    public const long TenantId = 1;

    public static DirectorySource Read() =>
        JsonSerializer.Deserialize<DirectorySource>(
            Environment.GetEnvironmentVariable(Variable) ?? throw new InvalidOperationException($"{Variable} is not set: `directory` starts this program."))!;

    public (string Name, string? Value) AsVariable() => (Variable, JsonSerializer.Serialize(this));
}
