using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;

namespace WeComSync.Worker.Tests.Serve;

/// <summary>Adds and changes tenants as <c>tenants apply</c> does, telling whoever listens.</summary>
internal static class Tenants
{
    /// <param name="database">Where to add.</param>
    /// <param name="cron">When full syncs are due; null for the default.</param>
    /// <param name="timeZone">The zone that it is meant in.</param>
    /// <returns>The new tenant's id.</returns>
    public static async Task<long> AddTenantAsync(this TestDatabase database, string? cron, string timeZone = "UTC")
    {
        await using var db = database.OpenContext();
        var tenant = new Tenant
        {
            Key = $"t{Guid.NewGuid():N}",
            Name = "Tenant",
            CorpId = $"ww{Guid.NewGuid():N}",
            TimeZone = timeZone,
            CreatedAt = DateTimeOffset.UtcNow,
            ChangedAt = DateTimeOffset.UtcNow,
        };
        if (cron is not null)
        {
            tenant.Schedules.Add(new Schedule { Kind = SyncKind.Full, Cron = cron });
        }

        db.Tenants.Add(tenant);
        await db.SaveChangesAsync();
        await database.NotifyAsync(tenant.Id);
        return tenant.Id;
    }

    public static async Task SetCronAsync(this TestDatabase database, long tenantId, string cron)
    {
        await database.ExecuteAsync(
            "INSERT INTO control.schedules (tenant_id, kind, cron) VALUES ($1, 'full', $2) ON CONFLICT (tenant_id, kind) DO UPDATE SET cron = $2",
            tenantId,
            cron);
        await database.NotifyAsync(tenantId);
    }

    public static async Task DisableAsync(this TestDatabase database, long tenantId)
    {
        await database.ExecuteAsync("UPDATE control.tenants SET enabled = false WHERE id = $1", tenantId);
        await database.NotifyAsync(tenantId);
    }

    /// <summary>The instants that a job claimed, in order.</summary>
    public static async Task<List<DateTimeOffset>> ClaimsAsync(this TestDatabase database, long tenantId)
    {
        await using var command = database.DataSource.CreateCommand(
            "SELECT instant FROM control.scheduled_effects WHERE tenant_id = $1 ORDER BY instant");
        command.Parameters.Add(new() { Value = tenantId });
        await using var reader = await command.ExecuteReaderAsync();
        var instants = new List<DateTimeOffset>();
        while (await reader.ReadAsync())
        {
            instants.Add(reader.GetFieldValue<DateTimeOffset>(0));
        }

        return instants;
    }

    public static async Task<T> ReadAsync<T>(this TestDatabase database, string sql, params object[] parameters)
    {
        await using var command = Command(database, sql, parameters);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public static async Task ExecuteAsync(this TestDatabase database, string sql, params object[] parameters)
    {
        await using var command = Command(database, sql, parameters);
        await command.ExecuteNonQueryAsync();
    }

    public static string Text(this SyncKind kind) => EnumText.Of(kind);

    private static Task NotifyAsync(this TestDatabase database, long tenantId) =>
        database.ExecuteAsync("SELECT pg_notify($1, $2::text)", TenantChanges.Channel, tenantId);

    private static NpgsqlCommand Command(TestDatabase database, string sql, object[] parameters)
    {
        var command = database.DataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        return command;
    }
}
