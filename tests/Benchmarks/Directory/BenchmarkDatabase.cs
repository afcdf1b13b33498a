using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;

namespace WeComSync.Benchmarks.Directory;

/// <summary>A migrated database of one of the compared programs, with one tenant; disposing drops it.</summary>
internal sealed class BenchmarkDatabase : IAsyncDisposable
{
    public const string TenantKey = "benchmark";

    /// <summary>Of the tenant's callbacks for contact sync.</summary>
    public const string Token = "BenchmarkToken";

    /// <inheritdoc cref="Token"/>
    public const string EncodingAesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

    private readonly TestDatabase database = new();

    /// <summary>The database as the test kit has it.</summary>
    public TestDatabase Inner => database;

    public string ConnectionString => database.ConnectionString;

    /// <summary>Path of the tenant's callback URL for contact sync.</summary>
    public string CallbackPath { get; private set; } = "";

    public static async Task<BenchmarkDatabase> CreateAsync(SimulatedCorp corp, CancellationToken ct)
    {
        var created = new BenchmarkDatabase();
        await created.database.InitializeAsync();
        var tenant = await AddTenantAsync(created.database, TenantKey, corp, ct);
        created.CallbackPath = $"/callbacks/{tenant.CallbackKey}/contacts";
        // An idle session of ours would look like one that has still to report what it wrote.
        created.database.DataSource.Clear();
        return tenant.Id == DirectorySource.TenantId ? created : throw new InvalidOperationException("The database had a tenant already.");
    }

    /// <summary>Adds a company with the secrets of its application and of contact sync, and the token and key of the latter's callbacks.</summary>
    public static async Task<Tenant> AddTenantAsync(TestDatabase database, string key, SimulatedCorp corp, CancellationToken ct)
    {
        await using var db = database.OpenContext();
        var now = DateTimeOffset.UtcNow;
        var tenant = new Tenant { Key = key, Name = key, CorpId = corp.CorpId, CreatedAt = now, ChangedAt = now };
        db.Tenants.Add(tenant);
        await db.SaveChangesAsync(ct);
        WeComSettings Settings(Channel channel, string secret) => new()
        {
            TenantId = tenant.Id,
            Channel = channel,
            Secret = database.Protector.Protect(tenant.Id, SecretFields.Secret(channel), secret),
            SecretSetAt = now,
        };
        var (app, contacts) = (Settings(Channel.App, corp.AppSecret), Settings(Channel.Contacts, corp.ContactsSecret));
        app.AgentId = corp.AgentId;
        contacts.Token = database.Protector.Protect(tenant.Id, SecretFields.Token(Channel.Contacts), Token);
        contacts.EncodingAesKey = database.Protector.Protect(tenant.Id, SecretFields.EncodingAesKey(Channel.Contacts), EncodingAesKey);
        contacts.CallbackSetAt = now;
        tenant.Settings.Add(app);
        tenant.Settings.Add(contacts);
        await db.SaveChangesAsync(ct);
        return tenant;
    }

    /// <summary>Rows inserted, updated and deleted in schema <c>mirror</c> so far.</summary>
    /// <remarks>A session reports at its end or when it is idle, so what a process wrote is counted once it is gone.</remarks>
    public async Task<long> RowsWrittenAsync(CancellationToken ct)
    {
        const string sql = "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables WHERE schemaname = 'mirror'";
        await QuietAsync(ct);
        return await ScalarAsync(sql, ct);
    }

    public Task<long> CountAsync(string table, CancellationToken ct) =>
        ScalarAsync($"SELECT count(*) FROM mirror.{table} WHERE tenant_id = {DirectorySource.TenantId} AND removed_at IS NULL", ct);

    /// <summary>People whom a move to the root changes.</summary>
    public async Task<IReadOnlyList<string>> UserIdsBelowRootAsync(int most, CancellationToken ct)
    {
        var ids = new List<string>();
        await using var read = database.DataSource.CreateCommand("""
            SELECT user_id FROM mirror.user_departments WHERE tenant_id = $1 AND removed_at IS NULL
            GROUP BY user_id HAVING min(department_id) > 1 ORDER BY user_id LIMIT $2
            """);
        read.Parameters.AddWithValue(DirectorySource.TenantId);
        read.Parameters.AddWithValue(most);
        await using var reader = await read.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    /// <summary>Lets all that was read seem so much older.</summary>
    public Task AgeAsync(TimeSpan time, CancellationToken ct) => ScalarAsync(string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"WITH aged AS (UPDATE control.read_marks SET read_at = read_at - interval '{time.TotalSeconds} s' RETURNING 1) SELECT count(*) FROM aged"), ct);

    public async ValueTask DisposeAsync() => await database.DisposeAsync();

    /// <summary>Waits until no other session of this database is left.</summary>
    private async Task QuietAsync(CancellationToken ct)
    {
        const string others =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
        while (await ScalarAsync(others, ct) > 0)
        {
            await Task.Delay(20, ct);
        }
    }

    private async Task<long> ScalarAsync(string sql, CancellationToken ct)
    {
        // Without a pool: an idle connection of our own would look like a session that has still to report.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}
