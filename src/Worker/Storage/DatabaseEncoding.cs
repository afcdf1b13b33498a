using Npgsql;

namespace WeComSync.Worker.Storage;

/// <summary>What the database can write down. In any encoding but UTF8 a person's name may be refused, or stored as something else.</summary>
internal static class DatabaseEncoding
{
    public const string Needed = "UTF8";

    public static async Task<(string Encoding, string Database)> ReadAsync(NpgsqlDataSource dataSource, CancellationToken ct)
    {
        await using var read = dataSource.CreateCommand("SELECT current_setting('server_encoding'), current_database()::text");
        await using var reader = await read.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetString(0), reader.GetString(1));
    }
}
