using Hangfire;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace WeComSync.Worker.OperatorConsole.Pages;

/// <summary>How things stand, on one page.</summary>
public sealed class IndexModel(IServiceProvider services) : PageModel
{
    internal IReadOnlyList<TenantOverview> Tenants { get; private set; } = [];

    public long Total { get; private set; }

    public long Waiting { get; private set; }

    public long Running { get; private set; }

    public long Failed { get; private set; }

    public async Task OnGetAsync(CancellationToken ct)
    {
        (Tenants, Total) = await services.GetRequiredService<Overview>().LoadAsync(ct);
        // Hangfire has no asynchronous way to ask.
        var jobs = await Task.Run(() => services.GetRequiredService<JobStorage>().GetMonitoringApi().GetStatistics(), ct);
        (Waiting, Running, Failed) = (jobs.Enqueued + jobs.Scheduled, jobs.Processing, jobs.Failed);
    }
}
