using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Commands;

namespace WeComSync.Worker.Storage;

/// <summary>What a process makes sure of before it works with the database.</summary>
internal sealed class StartChecks(DatabaseWait database, IDbContextFactory<SyncDbContext> contexts, SchemaMigration schemas, SecretsCheck secrets)
{
    /// <exception cref="CommandFailedException">PostgreSQL stayed away, or its schemas are older than this program.</exception>
    /// <exception cref="ConfigurationException">The configured certificate is not the one that protects this database.</exception>
    public async Task RunAsync(DatabaseNeed needs, CancellationToken ct)
    {
        await database.RunAsync(ct);
        if (needs == DatabaseNeed.Migrated)
        {
            await VerifySchemaAsync(ct);
            await secrets.VerifyAsync(ct);
        }
    }

    private async Task VerifySchemaAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var missing = await db.Database.GetPendingMigrationsAsync(ct);
        if (missing.Any() || !await schemas.SchedulersAreInstalledAsync(ct))
        {
            throw new CommandFailedException("The database's schemas are not those of this release. Run 'migrate' first.");
        }
    }
}

/// <summary>What a command asks of the database before it starts.</summary>
internal enum DatabaseNeed
{
    /// <summary>It answers; <c>migrate</c> brings the rest.</summary>
    Reachable,

    /// <summary>Its schemas are those of this release and its secrets open.</summary>
    Migrated,
}
