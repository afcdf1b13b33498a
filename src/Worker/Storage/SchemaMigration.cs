using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Storage;

/// <summary>Brings the schemas <c>control</c>, <c>mirror</c>, <c>hangfire</c> and <c>quartz</c> to this release's form.</summary>
internal sealed class SchemaMigration(NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, SecretsCheck secrets)
{
    /// <summary>Any number of hosts may run this at once: a session lock lets one work, the others then find nothing to do.</summary>
    private const long MigrationLock = 7_236_837_001;

    public async Task RunAsync(CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using var takeLock = new NpgsqlCommand("SELECT pg_advisory_lock($1)", connection) { Parameters = { new() { Value = MigrationLock } } };
        takeLock.CommandTimeout = 0;
        await takeLock.ExecuteNonQueryAsync(ct);

        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.Database.MigrateAsync(ct);
        await secrets.CreateProbeAsync(ct);
        await secrets.VerifyAsync(ct);

        await using var release = new NpgsqlCommand("SELECT pg_advisory_unlock($1)", connection) { Parameters = { new() { Value = MigrationLock } } };
        await release.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
