using Npgsql;

namespace WeComSync.Worker.Storage;

/// <summary>
/// Gives our role, in our database, the limits that let PostgreSQL end sessions whose client is gone. The worker also sends them with
/// each session (<see cref="WorkerConnections"/>); poolers drop what is sent so, and other clients of the role send nothing.
/// </summary>
internal sealed class RoleSettings(NpgsqlDataSource dataSource)
{
    /// <summary>Name, value, and the longest that <c>doctor --host</c> accepts in its place, in the unit of <c>pg_settings</c>.</summary>
    public static readonly IReadOnlyList<(string Name, string Value, long Most)> Wanted =
    [
        ("idle_in_transaction_session_timeout", "60s", 120_000),
        ("lock_timeout", "10s", 60_000),
        ("tcp_keepalives_idle", "10", 60),
        ("tcp_keepalives_interval", "5", 30),
        ("tcp_keepalives_count", "3", 9),
        ("client_connection_check_interval", "5s", 60_000),
    ];

    /// <summary>Sets what is not set yet.</summary>
    /// <returns>False if the role may not change its own settings: some managed databases forbid it.</returns>
    public async Task<bool> ApplyAsync(CancellationToken ct)
    {
        var set = await ReadAsync(ct);
        try
        {
            foreach (var (name, value, _) in Wanted.Where(wanted => !set.ContainsKey(wanted.Name)))
            {
                // Names and values are the constants above.
                await using var alter = dataSource.CreateCommand(
                    $"DO $$ BEGIN EXECUTE format('ALTER ROLE %I IN DATABASE %I SET {name} TO ''{value}''', session_user, current_database()); END $$");
                await alter.ExecuteNonQueryAsync(ct);
            }

            return true;
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return false;
        }
    }

    /// <summary>What is set for our role, in our database or everywhere; a value of an administrator's own is left alone.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ReadAsync(CancellationToken ct)
    {
        await using var read = dataSource.CreateCommand("""
            SELECT split_part(c, '=', 1), substr(c, strpos(c, '=') + 1)
            FROM pg_db_role_setting s, unnest(s.setconfig) c
            WHERE s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))
              AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
            """);
        await using var reader = await read.ExecuteReaderAsync(ct);
        var set = new Dictionary<string, string>();
        while (await reader.ReadAsync(ct))
        {
            set[reader.GetString(0)] = reader.GetString(1);
        }

        return set;
    }
}
