using Npgsql;

namespace WeComSync.TestKit;

/// <summary>A database without any schema of ours; disposing drops it.</summary>
public sealed class EmptyDatabase : IAsyncDisposable
{
    private readonly string name = $"test_{Guid.NewGuid():N}";

    private EmptyDatabase() => ConnectionString = new NpgsqlConnectionStringBuilder(TestServer.ConnectionString) { Database = name }.ConnectionString;

    public string ConnectionString { get; }

    /// <param name="ct">Stops the test.</param>
    /// <param name="options">Options of CREATE DATABASE.</param>
    public static async Task<EmptyDatabase> CreateAsync(CancellationToken ct, string options = "")
    {
        var database = new EmptyDatabase();
        await TestServer.ExecuteAsync($"CREATE DATABASE {database.name} {options}", ct);
        return database;
    }

    public async ValueTask DisposeAsync() => await TestServer.ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)", CancellationToken.None);
}
