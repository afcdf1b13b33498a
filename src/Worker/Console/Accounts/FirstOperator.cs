using System.Security.Cryptography;
using Npgsql;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.WebConsole.Accounts;

/// <summary>
/// Makes the configured operator an account. Its password may be changed in the console; a configured password that changes is a
/// recovery: it is set, and every session of the account ends.
/// </summary>
internal sealed partial class FirstOperator(ConsoleOptions options, NpgsqlDataSource dataSource, TimeProvider clock, ILogger<FirstOperator> logger)
{
    private const string Sql = """
        INSERT INTO control.accounts AS a (email, normalized_email, password_hash, security_stamp, is_operator, failed_logins, two_factor,
            recovery_codes, configured_stamp, created_at)
        VALUES ($1, $2, $3, $4, true, 0, false, '{}', $5, $6)
        ON CONFLICT (normalized_email) DO UPDATE
        SET password_hash = excluded.password_hash, security_stamp = excluded.security_stamp, configured_stamp = excluded.configured_stamp,
            is_operator = true, failed_logins = 0, locked_until = NULL, two_factor = false, authenticator_key = NULL, recovery_codes = '{}'
        WHERE a.configured_stamp IS DISTINCT FROM excluded.configured_stamp
        """;

    private volatile bool done;

    /// <summary>Does it once; before that nobody has an account.</summary>
    public async ValueTask EnsureAsync(CancellationToken ct)
    {
        if (done)
        {
            return;
        }

        var configured = options.Operator;
        await using var command = dataSource.CreateCommand(Sql);
        command.Add(
            configured.Email,
            configured.Email.ToUpperInvariant(),
            configured.Hash,
            Convert.ToHexString(RandomNumberGenerator.GetBytes(20)),
            configured.Stamp,
            clock.GetUtcNow());
        if (await command.ExecuteNonQueryAsync(ct) > 0)
        {
            LogSet();
        }

        done = true;
    }

    [LoggerMessage(LogLevel.Information, "The configured operator's account and password were set; sessions with a former password end")]
    private partial void LogSet();
}
