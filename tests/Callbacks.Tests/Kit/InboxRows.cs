using Microsoft.EntityFrameworkCore;
using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Kit;

/// <summary>What stands in the inbox.</summary>
internal static class InboxRows
{
    public static async Task<List<CallbackEvent>> OfAsync(TestDatabase database, TestTenant tenant, CancellationToken ct)
    {
        await using var db = database.OpenContext();
        return await db.CallbackEvents.Where(e => e.TenantId == tenant.Id).OrderBy(e => e.Id).ToListAsync(ct);
    }

    public static async Task<long> CountAsync(TestDatabase database, TestTenant tenant, CancellationToken ct) =>
        await ScalarAsync(database, "SELECT count(*) FROM control.callback_events WHERE tenant_id = $1", ct, tenant.Id);

    /// <summary>
    /// Waits until the tenant has so many events. On a busy machine an acknowledged one may come through the spool, a moment later.
    /// </summary>
    public static async Task AssertCountAsync(TestDatabase database, TestTenant tenant, long expected, CancellationToken ct)
    {
        await Eventually.TrueAsync($"there are {expected} events", async () => await CountAsync(database, tenant, ct) >= expected);
        Assert.Equal(expected, await CountAsync(database, tenant, ct));
    }

    /// <summary>Jobs of <see cref="IInboxJob"/> that Hangfire has for this tenant.</summary>
    public static async Task<long> CountJobsAsync(TestDatabase database, TestTenant tenant, CancellationToken ct) =>
        await ScalarAsync(
            database,
            "SELECT count(*) FROM hangfire.job WHERE invocationdata->>'Type' LIKE '%IInboxJob%' AND arguments->>0 = $1::bigint::text",
            ct,
            tenant.Id);

    public static async Task<long> ScalarAsync(TestDatabase database, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}
