using Npgsql;

namespace WeComSync.Worker.Storage;

/// <summary>
/// The database's time without asking each time: what processes on several hosts agree on, whatever their clocks say and however
/// these jump. Learned now and then, and carried on by this host's steady counter.
/// </summary>
internal sealed class DatabaseTime(NpgsqlDataSource dataSource, TimeProvider clock)
{
    /// <summary>By how much the clocks of two hosts may differ: whoever compares their times allows for it, and the doctor complains of more.</summary>
    public static readonly TimeSpan HostsDiffer = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LearnedFor = TimeSpan.FromMinutes(10);

    /// <summary>An answer that was so quick is precise enough; a slower one may have waited on its way there or on its way back.</summary>
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(5);

    private const int MostQuestions = 4;

    private volatile Learned? learned;

    /// <summary>By this host's own clock as long as the database was never asked.</summary>
    public DateTimeOffset Now => learned is { } last ? last.Time + clock.GetElapsedTime(last.At) : clock.GetUtcNow();

    public async ValueTask LearnAsync(CancellationToken ct)
    {
        if (learned is { } last && clock.GetElapsedTime(last.At) < LearnedFor)
        {
            return;
        }

        await using var connection = await dataSource.OpenConnectionAsync(ct);
        var ahead = await AheadAsync(connection, clock, ct);
        learned = new Learned(clock.SteadyNow() + ahead, clock.GetTimestamp());
    }

    /// <summary>
    /// What must be added to this host's <see cref="SteadyTime"/> to get the database's time. Asked on an open connection, apart from all other work: a time
    /// that came with a statement which had to wait would be wrong by as much, and rows dated by it would hide what happened since.
    /// </summary>
    /// <exception cref="NpgsqlException">The database is away, or did not answer within the connection's command time-out.</exception>
    /// <returns>Wrong by no more than half of the quickest answer's time.</returns>
    public static async Task<TimeSpan> AheadAsync(NpgsqlConnection connection, TimeProvider clock, CancellationToken ct)
    {
        await using var ask = new NpgsqlCommand("SELECT clock_timestamp()", connection);
        var (ahead, quickest) = (TimeSpan.Zero, TimeSpan.MaxValue);
        for (var question = 0; question < MostQuestions && quickest > Quick; question++)
        {
            var (asked, at) = (clock.SteadyNow(), clock.GetTimestamp());
            var theirs = new DateTimeOffset((DateTime)(await ask.ExecuteScalarAsync(ct))!, TimeSpan.Zero);
            if (clock.GetElapsedTime(at) is var took && took < quickest)
            {
                (ahead, quickest) = (theirs - asked - (took / 2), took);
            }
        }

        return ahead;
    }

    private sealed record Learned(DateTimeOffset Time, long At);
}
