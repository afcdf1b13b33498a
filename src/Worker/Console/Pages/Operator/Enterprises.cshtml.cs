using Hangfire;
using WeComSync.Worker.WebConsole.Enterprises;

namespace WeComSync.Worker.WebConsole.Pages;

/// <summary>Every enterprise with what an operator must know of it.</summary>
internal sealed class EnterprisesModel(EnterpriseList list, JobStorage storage) : ConsolePage
{
    public string Query { get; private set; } = "";

    public string State { get; private set; } = "";

    public IReadOnlyList<EnterpriseRow> Rows { get; private set; } = [];

    public long Total { get; private set; }

    /// <summary>Where the next page begins; null on the last.</summary>
    public string? Next { get; private set; }

    public (long Waiting, long Running, long Failed) Jobs { get; private set; }

    public IReadOnlyList<(string Value, string Text)> States =>
        [("active", T["正常"]), ("slowed", T["已减速"]), ("stopped", T["已停止"]), ("disabled", T["已停用"]), ("switched_off", T["未开启"]), ("held", T["有待批准的删除"])];

    public async Task OnGetAsync(string? q, string? state, string? after, CancellationToken ct)
    {
        (Query, State) = (q?.Trim() ?? "", state ?? "");
        Total = await list.CountAsync(ct);
        (Rows, Next) = await list.ReadAsync(Query, State, after, ct);
        // Hangfire has no asynchronous way to ask.
        var jobs = await Task.Run(() => storage.GetMonitoringApi().GetStatistics(), ct);
        Jobs = (jobs.Enqueued + jobs.Scheduled, jobs.Processing, jobs.Failed);
    }
}
