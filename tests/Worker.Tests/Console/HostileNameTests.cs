using System.Net;
using WeComSync.Worker.Tests.Serve;
using WeComSync.Worker.WebConsole;
using WeComSync.Worker.WebConsole.Runs;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>Names from WeCom are written by strangers.</summary>
public sealed class HostileNameTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    private const string Html = "<img src=x onerror=alert(1)>\u202Egnp.exe\u2066";
    private const string Formula = "=HYPERLINK(\"http://evil.example\";\"x\")";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_and_exports_show_a_hostile_name_as_text()
    {
        var tenant = await served.Database.AddTenantAsync("0 0 0 29 2 ?");
        var key = await served.Database.KeyAsync(tenant);
        var run = await served.Database.ReadAsync<long>("""
            INSERT INTO control.sync_runs (tenant_id, kind, part, trigger, state, phase, owner, fence, started_at, heartbeat_at, finished_at, dry_run,
                expected, read, created, changed, unchanged, removed, restored, renamed, held, failed, api_calls)
            VALUES ($1, 'full', 'directory', 'console', 'done', 'done', 'x', 1, now(), now(), now(), true, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0) RETURNING id
            """, tenant);
        await served.Database.ExecuteAsync("""
            INSERT INTO control.planned_rows (tenant_id, run_id, place, entity, key, name, op, fields) VALUES
            ($1, $2, 1, 'user', '{"user_id": "a"}', $3, 'changed', jsonb_build_array(jsonb_build_object('field', 'name', 'old', $4::text, 'new', $3::text))),
            ($1, $2, 2, 'user', '{"user_id": "b"}', $4, 'created', NULL),
            ($1, $2, 3, 'user', '{"user_id": "c"}', repeat('长', 10000), 'created', NULL)
            """, tenant, run, Html, Formula);
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync();

        var page = await browser.GetStringAsync(new Uri($"/e/{key}/runs/{run}", UriKind.Relative), Cancel);
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;gnp.exe", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', page);
        Assert.DoesNotContain(new string('长', 400), page, StringComparison.Ordinal);

        using var export = await browser.OpenAsync($"/e/{key}/runs/{run}?handler=Csv");
        Assert.Equal(HttpStatusCode.OK, export.StatusCode);
        Assert.Equal("attachment", export.Content.Headers.ContentDisposition?.DispositionType);
        var csv = await export.Content.ReadAsStringAsync(Cancel);
        Assert.Contains("\"'=HYPERLINK(\"\"http", csv, StringComparison.Ordinal);
        Assert.DoesNotContain("\"=", csv, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', csv);
        Assert.Contains(new string('长', 10000), csv, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData(" +1", "\"' +1\"")]
    [InlineData("\t@SUM(A1)", "\"' @SUM(A1)\"")]
    [InlineData("－1", "\"'－1\"")]
    [InlineData("a\"b,c", "\"a\"\"b,c\"")]
    [InlineData("张三", "\"张三\"")]
    public void Cell_that_a_spreadsheet_would_run_is_text(string value, string cell) => Assert.Equal(cell + "\r\n", CsvText.Line(value));

    [Fact]
    public void Line_ends_and_keeps_characters_whole() =>
        Assert.Equal(new string('a', 299) + "…", Shown.Line(new string('a', 299) + "😀" + new string('b', 10_000)));
}
