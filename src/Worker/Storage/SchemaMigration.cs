using Hangfire.PostgreSql;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Commands;
using WeComSync.Worker.Housekeeping;
using WeComSync.Worker.Schedules;

namespace WeComSync.Worker.Storage;

/// <summary>Brings the schemas <c>control</c>, <c>mirror</c>, <c>hangfire</c> and <c>quartz</c> to this release's form.</summary>
internal sealed class SchemaMigration(NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, SecretsCheck secrets)
{
    /// <exception cref="CommandFailedException">The database's encoding lacks characters; nothing was changed.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        if (await DatabaseEncoding.ReadAsync(dataSource, ct) is { Encoding: not DatabaseEncoding.Needed } found)
        {
            throw new CommandFailedException(
                $"The database {found.Database} has the encoding {found.Encoding}, which lacks characters that people have in their names: "
                + "make another one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, name it in ConnectionStrings:WeComSync, and run 'migrate' again.");
        }

        // Any number of hosts may run this at once: a session lock lets one work, the others then find nothing to do.
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using var takeLock = new NpgsqlCommand($"SET lock_timeout = 0; SELECT pg_advisory_lock({AdvisoryLocks.Migration})", connection);
        takeLock.CommandTimeout = 0; // another host's migration may take its time
        await takeLock.ExecuteNonQueryAsync(ct);

        try
        {
            await using var db = await contexts.CreateDbContextAsync(ct);
            await db.Database.MigrateAsync(ct);
            await new ChangeMonths(dataSource).PrepareAsync(TimeProvider.System.GetUtcNow(), ct);
            await secrets.CreateProbeAsync(ct);
            await secrets.VerifyAsync(ct);
            await InstallHangfireAsync(ct);
            await new QuartzTables(dataSource).CreateAsync(ct);
            // Where the role may not, 'doctor --host' says what an administrator must do.
            await new RoleSettings(dataSource).ApplyAsync(ct);
        }
        finally
        {
            // A pooled connection keeps its session locks until it is used again.
            await using var release = new NpgsqlCommand($"SELECT pg_advisory_unlock({AdvisoryLocks.Migration})", connection);
            await release.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    /// <summary>Whether the schemas that are not EF's are there: an older release's <c>migrate</c> made none or fewer.</summary>
    public async Task<bool> SchedulersAreInstalledAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT to_regclass('hangfire.job') IS NOT NULL AND to_regclass('quartz.qrtz_triggers') IS NOT NULL");
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task InstallHangfireAsync(CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        PostgreSqlObjectsInstaller.Install(connection);
    }
}
