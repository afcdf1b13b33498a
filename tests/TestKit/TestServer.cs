using Npgsql;

namespace WeComSync.TestKit;

/// <summary>The PostgreSQL server of the test run, which <c>./ops/test</c> starts.</summary>
public static class TestServer
{
    /// <summary>Connection string of the server's maintenance database, with the right to create databases.</summary>
    public static string ConnectionString { get; } =
        Environment.GetEnvironmentVariable("WECOMSYNC_TEST_POSTGRES")
        ?? throw new InvalidOperationException(
            "WECOMSYNC_TEST_POSTGRES is not set: the tests need a real PostgreSQL. Run ./ops/test, which starts one, "
            + "or set it to an Npgsql connection string of a server where the user may create databases.");

    /// <summary>True when the run was asked for the large sizes too (<c>./ops/test --long</c>).</summary>
    public static bool LongRun { get; } = Environment.GetEnvironmentVariable("WECOMSYNC_TEST_LONG") == "1";

    internal static async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync(ct);
    }
}
