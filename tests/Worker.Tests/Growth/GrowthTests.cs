using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using WeComSync.Worker.Events;
using WeComSync.Worker.Notifications;
using WeComSync.Worker.Schedules;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Tests.Serve;
using WeComSync.Worker.Tests.WebConsole;
using WeComSync.Worker.Tests.WebConsole.Writing;
using Xunit;

namespace WeComSync.Worker.Tests.Growth;

/// <summary>
/// What happens for each event, each click and each minute costs the same in a database that is years old and full of neighbours. PostgreSQL
/// itself tells what each statement touched, so that a new statement is judged without being named here.
/// </summary>
public sealed class GrowthTests
{
    /// <summary>Blocks of 8 kB that one statement may touch. The tables that grow have thousands here.</summary>
    private const int Most = 1500;

    private const int Neighbours = 60;

    /// <summary>Who watches over all enterprises looks at each of them, but not at what it has done since it began.</summary>
    private const int MostForEachNeighbour = 20;

    private static readonly CorpOptions Company = new() { People = 40, Departments = 10, Seed = 71, Tags = 3 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Event_object_sync_and_preview_of_one_person_cost_the_same_in_a_large_company_with_a_long_history()
    {
        await using var explained = await ExplainingPostgres.StartAsync(Cancel);
        await using var database = await TestDatabase.CreateAsync(explained.Server);
        await using var harness = await SyncHarness.StartAsync(database, Company);
        await harness.FullAsync();
        await database.AddHistoryAsync(harness.Tenant.Id, Cancel);
        await database.AddCompanyAsync(harness.Tenant.Id, Cancel);
        await database.AnalyzeAsync(Cancel);
        var person = harness.World.People[3].UserId;
        var department = harness.World.Departments[^1].Id;
        // What is read but once in a process, and the caches that PostgreSQL fills in a new session.
        await ActAsync("warm");
        explained.TakeStatements();

        await ActAsync("again");

        AssertSmall(explained.TakeStatements(), Most);

        async Task ActAsync(string name)
        {
            harness.World.Rename(person, name);
            foreach (var (kind, id) in new[] { ("user", person), ("department", $"{department}") })
            {
                foreach (var dryRun in new[] { true, false })
                {
                    var report = await harness.RunAsync(SyncKind.OneObject, new SyncRequest { Trigger = SyncTrigger.Command, DryRun = dryRun, Object = new WantedObject(kind, id) });
                    Assert.True(report.State == RunState.Done, report.Error);
                }
            }

            harness.World.Rename(person, $"{name} by event");
            await harness.TellAsync("update_user", [("UserID", person)]);
            await harness.TellAsync("update_party", [("Id", $"{department}")]);
            await harness.DrainAsync();
            Assert.Equal(0, await harness.CountEventsAsync("waiting"));
            Assert.Equal((0L, 0L), (await harness.CountEventsAsync("failed"), await harness.CountEventsAsync("parked")));
        }
    }

    [Fact]
    public async Task Page_costs_the_same_in_an_enterprise_with_a_long_history_and_many_neighbours()
    {
        await using var explained = await ExplainingPostgres.StartAsync(Cancel);
        var database = TestDatabase.On(explained.Server);
        await using var company = new ConnectedCompany(database);
        await company.InitializeAsync();
        using var visit = await company.VisitAsync();
        var person = visit.World.People[0].UserId;
        visit.World.Rename(person, "改名");
        await visit.SyncAsync();
        var run = await visit.SqlAsync<long>("SELECT max(id) FROM control.sync_runs WHERE tenant_id = $1 AND changed > 0");
        await database.AddHistoryAsync(visit.Tenant.Id, Cancel);
        await database.AddNeighboursAsync(visit.Tenant.Id, Neighbours, Cancel);
        await database.AnalyzeAsync(Cancel);
        using var operatorBrowser = company.Worker.Visit();
        using var login = await operatorBrowser.LogInAsync();
        var opened = Pages(company.Worker, visit.Tenant.Key, person, run).ToList();
        var sizes = new StringBuilder();
        foreach (var page in opened)
        {
            explained.TakeStatements();
            using var answer = await (page.StartsWith("/operator", StringComparison.Ordinal) ? operatorBrowser : visit.Browser).OpenAsync(page);
            Assert.True((int)answer.StatusCode < 500, $"{page}: {answer.StatusCode}");
            sizes.Append(Large(explained.TakeStatements(), Most, page));
        }

        Assert.True(opened.Count > 25, $"{opened.Count} pages");
        Assert.Contains("改名", await visit.ReadAsync($"runs/{run}"), StringComparison.Ordinal);
        Assert.True(sizes.Length == 0, sizes.ToString());
    }

    [Fact]
    public async Task What_is_done_every_minute_looks_at_each_enterprise_but_not_at_its_history()
    {
        await using var explained = await ExplainingPostgres.StartAsync(Cancel);
        var database = TestDatabase.On(explained.Server);
        await using var company = new ConnectedCompany(database);
        await company.InitializeAsync();
        using var visit = await company.VisitAsync();
        await database.AddHistoryAsync(visit.Tenant.Id, Cancel);
        await database.AddNeighboursAsync(visit.Tenant.Id, Neighbours, Cancel);
        await database.AnalyzeAsync(Cancel);
        var services = company.Worker.Services;
        explained.TakeStatements();

        await services.GetRequiredService<IncidentFinder>().FindAsync(Cancel);
        await services.GetRequiredService<IncidentWatch>().RunAsync(Cancel);
        await Task.WhenAll(await services.GetRequiredService<EventSweep>().RunAsync(Cancel));
        await services.GetRequiredService<OverdueSweep>().RunAsync(Cancel);
        await services.GetRequiredService<TriggerReconciliation>().RunAsync(Cancel);
        await services.GetRequiredService<HeldRemovals>().TakeRemindersAsync(Cancel);

        AssertSmall(explained.TakeStatements(), Neighbours * MostForEachNeighbour);
    }

    private static IEnumerable<string> Pages(TestWorker worker, string enterprise, string person, long run) =>
        worker.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null)
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/')).Distinct().Order()
            .Where(page => page != "/logout")
            .Select(page => string.Join('/', page.Split('/').Select(part =>
                !part.StartsWith('{') ? part
                : part == "{enterprise}" ? enterprise
                : page.Contains("/runs/", StringComparison.Ordinal) ? $"{run}"
                : page.Contains("/employees/", StringComparison.Ordinal) ? person
                : "1")));

    private static void AssertSmall(IReadOnlyList<ExecutedStatement> statements, int most)
    {
        Assert.NotEmpty(statements);
        var large = Large(statements, most, "");
        Assert.True(large.Length == 0, large);
    }

    private static string Large(IReadOnlyList<ExecutedStatement> statements, int most, string where)
    {
        var large = new StringBuilder();
        foreach (var statement in statements.Where(statement => statement.Blocks > most).DistinctBy(statement => statement.Sql))
        {
            large.AppendLine(null, $"{where} {statement.Blocks} blocks: {statement.Sql}").AppendLine(statement.Plan);
        }

        return large.ToString();
    }
}
