using WeComSync.ServeProbe;
using WeComSync.TestKit;

namespace WeComSync.Worker.Tests.Serve;

/// <summary>The worker as a process of its own, with a sync that leaves one row each time it runs.</summary>
internal static class Probe
{
    public static async Task<HostProcess> StartAsync(TestDatabase database, params (string Name, string? Value)[] settings)
    {
        await database.ExecuteAsync(CountingSync.Table);
        var environment = new Dictionary<string, string?>
        {
            ["ConnectionStrings__WeComSync"] = database.ConnectionString,
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["Console__Operator__Email"] = TestWorker.Email,
            ["Console__Operator__Password"] = TestWorker.Password,
        };
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        return HostProcess.Start("WeComSync.ServeProbe.dll", [], environment);
    }

    /// <summary>Schedulers that are in the cluster, dead ones among them until they are found out.</summary>
    public static Task<long> WorkersAsync(this TestDatabase database) =>
        database.ReadAsync<long>("SELECT count(*) FROM quartz.qrtz_scheduler_state");

    /// <summary>Tenants that have had a run.</summary>
    public static Task<long> SyncedAsync(this TestDatabase database) =>
        database.ReadAsync<long>("SELECT count(DISTINCT tenant_id) FROM public.probe_effects");

    public static Task<long> EffectsAsync(this TestDatabase database, long tenant) =>
        database.ReadAsync<long>("SELECT count(*) FROM public.probe_effects WHERE tenant_id = $1", tenant);
}
