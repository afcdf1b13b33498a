using System.Diagnostics;
using System.Text.Json;
using Npgsql;

namespace WeComSync.Benchmarks.Directory;

/// <summary>A program that the worker is compared with. It runs as a process of its own, as the worker does, and tells its time like it.</summary>
internal static class MeasuredProgram
{
    /// <summary>Runs the program on an open connection; its own time is all but the start of the process and of the connection.</summary>
    public static async Task<int> RunAsync(Func<DirectoryDownload, NpgsqlConnection, CancellationToken, Task> program)
    {
        var source = DirectorySource.Read();
        using var download = new DirectoryDownload(source);
        await using var connection = new NpgsqlConnection(source.Database);
        await connection.OpenAsync();
        var started = Stopwatch.GetTimestamp();
        await program(download, connection, CancellationToken.None);
        Console.WriteLine(JsonSerializer.Serialize(new { seconds = Stopwatch.GetElapsedTime(started).TotalSeconds }));
        return 0;
    }
}
