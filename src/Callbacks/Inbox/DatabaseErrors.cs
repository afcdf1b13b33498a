using Npgsql;

namespace WeComSync.Callbacks.Inbox;

/// <summary>What an error of PostgreSQL means for events.</summary>
internal static class DatabaseErrors
{
    private const string DataException = "22";
    private const string IntegrityViolation = "23";

    /// <summary>True when trying the same events again cannot help.</summary>
    public static bool IsAboutTheData(Exception failed) =>
        failed is PostgresException { SqlState: var state }
        && (state.StartsWith(DataException, StringComparison.Ordinal) || state.StartsWith(IntegrityViolation, StringComparison.Ordinal));

    /// <summary>A text for the log without the statement's values.</summary>
    public static string ReasonOf(Exception failed) => failed switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn } missing =>
            $"{missing.MessageText}: the database is not prepared for this release, run the worker's 'migrate'",
        // Its text may quote the event.
        PostgresException answer when IsAboutTheData(answer) => answer.SqlState,
        PostgresException answer => $"{answer.SqlState} {answer.MessageText}",
        NpgsqlException { InnerException: { } inner } => inner.Message,
        _ => failed.Message,
    };
}
