using Npgsql;

namespace WeComSync.Worker.Storage;

/// <summary>
/// The database's time without asking each time: what processes on several hosts agree on, whatever their clocks say and however
/// these jump. Learned now and then, and carried on by this host's steady counter.
/// </summary>
internal sealed class DatabaseTime(NpgsqlDataSource dataSource, TimeProvider clock)
{
    private static readonly TimeSpan LearnedFor = TimeSpan.FromMinutes(10);

    private volatile Learned? learned;

    /// <summary>By this host's own clock as long as the database was never asked.</summary>
    public DateTimeOffset Now => learned is { } last ? last.Time + clock.GetElapsedTime(last.At) : clock.GetUtcNow();

    public async ValueTask LearnAsync(CancellationToken ct)
    {
        if (learned is { } last && clock.GetElapsedTime(last.At) < LearnedFor)
        {
            return;
        }

        await using var ask = dataSource.CreateCommand("SELECT clock_timestamp()");
        var time = (DateTime)(await ask.ExecuteScalarAsync(ct))!;
        learned = new Learned(new DateTimeOffset(time, TimeSpan.Zero), clock.GetTimestamp());
    }

    private sealed record Learned(DateTimeOffset Time, long At);
}
