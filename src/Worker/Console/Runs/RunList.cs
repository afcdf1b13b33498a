using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WebConsole.Runs;

/// <summary>Runs in a table.</summary>
/// <param name="Rows">Newest first.</param>
/// <param name="Enterprise">Whose.</param>
internal sealed record RunList(IReadOnlyList<SyncRun> Rows, Tenant Enterprise);
