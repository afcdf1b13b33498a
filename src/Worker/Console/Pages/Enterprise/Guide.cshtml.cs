using Npgsql;
using WeComSync.Worker.WebConsole.Enterprises;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>设置指南: the set-up step by step; a step is ticked off by what was really seen.</summary>
internal sealed class GuideModel(NpgsqlDataSource dataSource) : ConsolePage
{
    public EnterpriseHealth? Health { get; private set; }

    public async Task OnGetAsync(CancellationToken ct) => Health = await EnterpriseHealth.ReadAsync(dataSource, Enterprise, ct);

    public static string? Done(bool done) => done ? "done" : null;
}
