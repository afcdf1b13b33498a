using Hangfire;
using Hangfire.PostgreSql;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WeComSync.Benchmarks.Callbacks;

/// <summary>The hosts that ours is compared with: they take the same requests and neither verify nor decrypt them.</summary>
internal static class FloorHost
{
    /// <summary>Answers 200 and does nothing.</summary>
    public const string Empty = "empty-host";

    /// <summary>Queues one Hangfire job for each request.</summary>
    public const string Enqueue = "enqueue-host";

    public const string DatabaseVariable = "WECOMSYNC_BENCHMARK_DATABASE";

    public static async Task<int> RunAsync(string kind)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.MapGet("/readyz", () => "ready");
        if (kind == Enqueue)
        {
            // Enqueue blocks its thread: a pool that grows slowly would be measured, not Hangfire.
            ThreadPool.SetMinThreads(128, 128);
            var client = new BackgroundJobClient(Storage(Environment.GetEnvironmentVariable(DatabaseVariable)
                ?? throw new InvalidOperationException($"{DatabaseVariable} is not set: `callbacks` starts this program.")));
            app.MapPost("/{**any}", async (HttpRequest request) =>
            {
                using var reader = new StreamReader(request.Body);
                var body = await reader.ReadToEndAsync();
                client.Enqueue(() => EventJob.Take(body));
                return "success";
            });
        }
        else
        {
            app.MapPost("/{**any}", () => "success");
        }

        await app.RunAsync();
        return 0;
    }

    /// <summary>Hangfire as its guide sets it up.</summary>
    public static PostgreSqlStorage Storage(string database) => new(
        new Hangfire.PostgreSql.Factories.NpgsqlConnectionFactory(database, new PostgreSqlStorageOptions()),
        new PostgreSqlStorageOptions { PrepareSchemaIfNecessary = false, QueuePollInterval = TimeSpan.FromMilliseconds(200) });
}

/// <summary>What a queued event costs before anything is done about it: nothing.</summary>
public static class EventJob
{
    public static void Take(string body) => ArgumentNullException.ThrowIfNull(body);
}
