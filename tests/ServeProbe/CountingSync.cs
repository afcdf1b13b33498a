using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Sync;

namespace WeComSync.ServeProbe;

/// <summary>A sync that reads nothing and leaves one row each time it runs.</summary>
internal sealed class CountingSync(NpgsqlDataSource dataSource, IConfiguration configuration) : ISyncRunner
{
    /// <summary>Makes the table that the rows go to.</summary>
    public const string Table = "CREATE TABLE IF NOT EXISTS public.probe_effects (tenant_id bigint, kind text, worker int, at timestamptz)";

    /// <summary>How long a run takes after it left its row.</summary>
    public const string Lasts = "Probe:Lasts";

    public IReadOnlySet<SyncKind> Kinds { get; } = new HashSet<SyncKind> { SyncKind.Full };

    public async Task<SyncOutcome> RunAsync(long tenantId, SyncKind kind, SyncTrigger trigger, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("INSERT INTO public.probe_effects VALUES ($1, $2, $3, clock_timestamp())");
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = EnumText.Of(kind) });
        command.Parameters.Add(new() { Value = Environment.ProcessId });
        await command.ExecuteNonQueryAsync(ct);
        await Task.Delay(configuration.GetValue(Lasts, TimeSpan.Zero), ct);
        return SyncOutcome.Finished;
    }

    public Task<SyncOutcome> PreviewAsync(long tenantId, CancellationToken ct) => RunAsync(tenantId, SyncKind.Full, SyncTrigger.Console, ct);
}
