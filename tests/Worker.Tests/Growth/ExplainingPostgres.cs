using System.Text.Json;
using WeComSync.TestKit;

namespace WeComSync.Worker.Tests.Growth;

/// <summary>A PostgreSQL server that writes down the plan of every statement, those inside functions too, with the blocks that it touched.</summary>
internal sealed class ExplainingPostgres : IAsyncDisposable
{
    private readonly DirectoryInfo folder;
    private readonly PrivatePostgres server;
    private long read;

    private ExplainingPostgres(DirectoryInfo folder, PrivatePostgres server)
    {
        this.folder = folder;
        this.server = server;
    }

    public PrivatePostgres Server => server;

    public static async Task<ExplainingPostgres> StartAsync(CancellationToken ct)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("wecomsync-explained-");
        var server = await PrivatePostgres.StartAsync(ct, folder.FullName,
        [
            "shared_preload_libraries=auto_explain", "auto_explain.log_min_duration=0", "auto_explain.log_analyze=on", "auto_explain.log_buffers=on",
            "auto_explain.log_timing=off", "auto_explain.log_format=json", "auto_explain.log_nested_statements=on",
            "logging_collector=on", "log_destination=jsonlog", $"log_directory={folder.FullName}", "log_filename=plans", "log_rotation_size=0",
            "shared_buffers=256MB", "full_page_writes=off", "autovacuum=off",
        ]);
        return new ExplainingPostgres(folder, server);
    }

    /// <summary>What was executed since this was asked before.</summary>
    public IReadOnlyList<ExecutedStatement> TakeStatements()
    {
        using var file = new FileStream(Path.Combine(folder.FullName, "plans.json"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = read;
        using var reader = new StreamReader(file);
        var text = reader.ReadToEnd();
        var whole = text[..(text.LastIndexOf('\n') + 1)];
        read += System.Text.Encoding.UTF8.GetByteCount(whole);
        return [.. whole.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).OfType<ExecutedStatement>()];
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private static ExecutedStatement? Parse(string line)
    {
        using var entry = JsonDocument.Parse(line);
        var message = entry.RootElement.GetProperty("message").GetString()!;
        if (message.IndexOf("plan:\n", StringComparison.Ordinal) is var at && at < 0)
        {
            return null;
        }

        using var explained = JsonDocument.Parse(message[(at + "plan:\n".Length)..]);
        var plan = explained.RootElement.GetProperty("Plan");
        var blocks = plan.GetProperty("Shared Hit Blocks").GetInt64() + plan.GetProperty("Shared Read Blocks").GetInt64();
        return new(explained.RootElement.GetProperty("Query Text").GetString()!, blocks, plan.GetRawText());
    }
}

/// <summary>One execution.</summary>
/// <param name="Sql">Its text.</param>
/// <param name="Blocks">Blocks of tables and indexes that it touched.</param>
/// <param name="Plan">As EXPLAIN tells it.</param>
internal sealed record ExecutedStatement(string Sql, long Blocks, string Plan);
