using System.Collections.Concurrent;
using System.Diagnostics;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>The tree of departments costs one statement for each level that is opened, however many departments there are.</summary>
public sealed class TreeStatementTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Level_of_any_size_is_one_statement()
    {
        var tenant = await served.Database.AddTenantAsync("0 0 0 29 2 ?");
        var key = await served.Database.KeyAsync(tenant);
        // 1 is the company; 2 to 4 are below it; 2 has 300 departments and 3 has one, all of them with one below.
        await served.Database.ExecuteAsync("""
            INSERT INTO mirror.departments (tenant_id, id, parent_id, name, sort_order, created_at, changed_at, fetched_at)
            SELECT $1, id, parent, 'd' || id, 0, now(), now(), now() FROM (
                SELECT 1 AS id, 0 AS parent UNION ALL SELECT generate_series(2, 4), 1 UNION ALL SELECT generate_series(10, 309), 2 UNION ALL SELECT 5, 3
                UNION ALL SELECT n + 1000, n FROM generate_series(5, 309) AS n WHERE n = 5 OR n >= 10) AS d
            """, tenant);
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync(email: await served.Database.AddAdministratorAsync(tenant));

        var (few, one) = await OpenAsync(browser, $"/e/{key}/departments?parent=3");
        var (many, all) = await OpenAsync(browser, $"/e/{key}/departments?parent=2");
        Assert.Equal((1, 300), (Count(one), Count(all)));
        Assert.Single(many, statement => statement.Contains("mirror.departments", StringComparison.Ordinal));
        Assert.Equal(few.Count, many.Count);

        using var page = new HttpRequestMessage(HttpMethod.Get, $"/e/{key}/departments");
        var (statements, _) = await SendAsync(browser, page);
        Assert.Single(statements, statement => statement.Contains("FROM mirror.departments d", StringComparison.Ordinal) && statement.Contains("sort_order", StringComparison.Ordinal));
    }

    private static int Count(string html) => html.Split("<details>").Length - 1;

    /// <summary>As the page's script asks when a branch is opened.</summary>
    private static async Task<(IReadOnlyList<string> Statements, string Html)> OpenAsync(HttpClient browser, string level)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, level);
        request.Headers.Add("X-Requested-With", "console");
        return await SendAsync(browser, request);
    }

    /// <summary>What the worker asked the database to answer this request, told from all others by its trace.</summary>
    private static async Task<(IReadOnlyList<string> Statements, string Html)> SendAsync(HttpClient browser, HttpRequestMessage request)
    {
        var statements = new ConcurrentQueue<string>();
        var trace = ActivityTraceId.CreateRandom();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Npgsql" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended =>
            {
                if (ended.Source.Name == "Npgsql" && ended.TraceId == trace && ended.TagObjects.FirstOrDefault(tag => tag.Key is "db.query.text" or "db.statement").Value is string text)
                {
                    statements.Enqueue(text);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        using var answer = await browser.SendAsync(request, Cancel);
        var html = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Cancel);
        Assert.NotEmpty(statements);
        return ([.. statements], html);
    }
}
