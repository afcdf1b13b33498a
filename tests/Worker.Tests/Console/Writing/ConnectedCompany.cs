using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole.Writing;

/// <summary>A worker over HTTP whose enterprises are simulated companies; one for all tests of a class.</summary>
public sealed class ConnectedCompany : IAsyncLifetime
{
    private TestWorker? worker;
    private SimulatorHost? simulator;

    public ConnectedCompany()
        : this(new TestDatabase())
    {
    }

    /// <param name="database">Is made and removed with this.</param>
    internal ConnectedCompany(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    internal TestWorker Worker => worker!;

    public SimulatorHost Simulator => simulator!;

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        simulator = await SimulatorHost.StartAsync(new SimulatorOptions(), TestContext.Current.CancellationToken);
        worker = await TestWorker.StartAsync(
            Database.ConnectionString, $"--WeCom:BaseUrl={simulator.BaseUrl}", "--WeCom:RetryDelay=00:00:00.005", "--WeCom:ThrottleWindow=00:00:00.001",
            "--WeCom:TryTimeout=00:00:02");
    }

    public async ValueTask DisposeAsync()
    {
        if (worker is not null)
        {
            await worker.DisposeAsync();
        }

        if (simulator is not null)
        {
            await simulator.DisposeAsync();
        }

        await Database.DisposeAsync();
    }

    /// <summary>An enterprise with both secrets, its company, and a browser in which its administrator has logged in.</summary>
    internal async Task<Visit> VisitAsync(CorpOptions? options = null, bool mirrored = true, bool contacts = true)
    {
        var ct = TestContext.Current.CancellationToken;
        var corp = Simulator.AddCorp(options ?? new CorpOptions { People = 12, Departments = 5, Seed = 7, CorpId = $"ww{Guid.NewGuid():N}"[..18] });
        var tenant = await TestTenants.AddAsync(Database, corp, ct, contacts);
        var visit = new Visit(this, corp, tenant, Worker.Visit());
        if (mirrored)
        {
            await visit.SyncAsync();
        }

        using var login = await visit.Browser.LogInAsync(email: await Database.AddAdministratorAsync(tenant.Id));
        return visit;
    }
}

/// <summary>An administrator who looks at his enterprise.</summary>
internal sealed record Visit(ConnectedCompany Company, Corp Corp, Tenant Tenant, HttpClient Browser) : IDisposable
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public World World => Corp.World;

    public async Task SyncAsync()
    {
        var report = await Company.Worker.Services.GetRequiredService<SyncRunner>()
            .RunAsync(Tenant.Id, SyncKind.Full, new SyncRequest { Trigger = SyncTrigger.Command }, Cancel);
        Assert.True(report.State == RunState.Done, report.Error);
    }

    public string Address(string page) => $"/e/{Tenant.Key}/{page}";

    public async Task<string> ReadAsync(string page) => System.Net.WebUtility.HtmlDecode(await RawAsync(page));

    public async Task<string> RawAsync(string page)
    {
        using var answer = await Browser.OpenAsync(Address(page));
        Assert.True(answer.IsSuccessStatusCode, $"{page}: {answer.StatusCode} {TestWorker.Log.LastOrDefault(line => line.StartsWith("Error", StringComparison.Ordinal))}");
        return await answer.Content.ReadAsStringAsync(Cancel);
    }

    /// <summary>Opens a form, changes these fields of it and sends it.</summary>
    public async Task<Answer> SendAsync(string page, params (string Name, string Value)[] fields) =>
        await SendAsync(FormFields.Of(await RawAsync(page)), page, fields);

    /// <summary>Sends a form that was opened before.</summary>
    public async Task<Answer> SendAsync(IReadOnlyList<KeyValuePair<string, string>> opened, string page, params (string Name, string Value)[] fields)
    {
        var names = fields.Select(field => field.Name).ToHashSet();
        var all = opened.Where(field => !names.Contains(field.Key)).Concat(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var content = new FormUrlEncodedContent(all);
        using var answer = await Browser.PostAsync(new Uri(Address(page), UriKind.Relative), content, Cancel);
        return new((int)answer.StatusCode, answer.Headers.Location?.OriginalString, System.Net.WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancel)));
    }

    /// <summary>Presses a button that is a form of its own.</summary>
    public async Task<Answer> PressAsync(string page, string action, params (string Name, string Value)[] fields)
    {
        using var answer = await Browser.SubmitAsync(Address(page), Address(action), fields);
        return new((int)answer.StatusCode, answer.Headers.Location?.OriginalString, System.Net.WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancel)));
    }

    /// <summary>A value of the enterprise's; <c>$1</c> is its id.</summary>
    public Task<T> SqlAsync<T>(string sql, params object[] more) => Company.Database.ReadAsync<T>(sql, [Tenant.Id, .. more]);

    public void Dispose() => Browser.Dispose();
}

/// <summary>What came back for a form.</summary>
internal sealed record Answer(int Status, string? Location, string Html);
