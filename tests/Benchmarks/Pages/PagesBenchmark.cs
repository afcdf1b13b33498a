using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Npgsql;
using WeComSync.TestKit;

namespace WeComSync.Benchmarks.Pages;

/// <summary>
/// How long the console's lists take: employees of a big company, its tree of departments, and the operators' list of enterprises. The worker is a
/// process, asked over HTTP by somebody who logged in; the time is that of the server with its database, from the request to the last byte.
/// </summary>
internal sealed partial class PagesBenchmark(int people, int departments, int enterprises)
{
    public const string Help = """
        pages [PEOPLE DEPARTMENTS ENTERPRISES]    measures the console's lists (100000 30000 10000). Exit code 1 when a goal is missed.
        """;

    private const string Email = "operator@example.com";
    private const string Password = "correct horse battery";
    private const int Rounds = 40;

    /// <summary>Milliseconds of the first page of employees, at most; also of a level of the tree.</summary>
    private const double MostForPage = 60;

    /// <summary>Milliseconds of a page of enterprises, at most, of which one is the big one; also of the overview, which counts all of its people.</summary>
    private const double MostForCounts = 200;

    /// <summary>Milliseconds of a search, at most.</summary>
    private const double MostForSearch = 100;

    /// <returns>0; 1 when a goal is missed; 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var sizes = args.Select(a => int.TryParse(a, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0).ToArray();
        if (sizes.Length is not (0 or 3) || sizes.Contains(0))
        {
            await Console.Error.WriteLineAsync(Help);
            return 2;
        }

        var benchmark = sizes.Length == 0 ? new PagesBenchmark(100_000, 30_000, 10_000) : new PagesBenchmark(sizes[0], sizes[1], sizes[2]);
        return await benchmark.MeasureAsync(CancellationToken.None) ? 0 : 1;
    }

    private async Task<bool> MeasureAsync(CancellationToken ct)
    {
        await using var database = new TestDatabase();
        await database.InitializeAsync();
        await FillAsync(database, ct);
        await using var server = await MeasuredServer.StartAsync(
            "WeComSync.Worker.dll",
            ["serve"],
            [("ConnectionStrings__WeComSync", database.ConnectionString), ("Console__Operator__Email", Email), ("Console__Operator__Password", Password)],
            ct);
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(server.Address) };
        await LogInAsync(browser, ct);
        var good = true;
        foreach (var (what, page, most) in Pages())
        {
            var milliseconds = new List<double>();
            // The first requests compile the page and fill the caches, as they do once a day.
            for (var round = -3; round < Rounds; round++)
            {
                var started = Stopwatch.GetTimestamp();
                using var answer = await browser.GetAsync(new Uri(page, UriKind.Relative), ct);
                await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(ct);
                if (round >= 0)
                {
                    milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
            }

            var spread = Spread.Of(milliseconds);
            var missed = spread.Median > most;
            good &= !missed;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{what}: median {spread.Median:0.0} ms, p95 {spread.P95:0.0} ms of {Rounds}{(missed ? $", missed: more than {most:0} ms" : "")}"));
        }

        return good;
    }

    private static IEnumerable<(string What, string Page, double Most)> Pages() =>
    [
        ("employees, first page", "/e/big/employees", MostForPage),
        ("employees, a page in the middle", "/e/big/employees?after=user050000", MostForPage),
        ("employees of a department", "/e/big/employees?department=2", MostForPage),
        .. Searches().Select(search => ($"employees, {search.What}", $"/e/big/employees?q={Uri.EscapeDataString(search.Text)}", MostForSearch)),
        ("employees, a state that few have", "/e/big/employees?status=5", MostForSearch),
        ("employees, a state that few have and a name", $"/e/big/employees?status=5&q={Uri.EscapeDataString("李")}", MostForSearch),
        ("employees, a department and a name", $"/e/big/employees?department=2&q={Uri.EscapeDataString("王")}", MostForSearch),
        ("departments, roots", "/e/big/departments", MostForPage),
        ("departments, a level of 1,000", "/e/big/departments?parent=1", MostForPage),
        ("departments, offered by name", $"/e/big/departments?handler=Suggest&q={Uri.EscapeDataString("部门29")}", MostForPage),
        ("overview", "/e/big", MostForCounts),
        ("enterprises, first page", "/operator/enterprises", MostForCounts),
        ("enterprises, search that finds the big one", "/operator/enterprises?q=big", MostForCounts),
        ("enterprises, search", "/operator/enterprises?q=company77", MostForSearch),
    ];

    /// <summary>By one, two and three characters, as names have them, and by user id; what many have, few, and nobody.</summary>
    private static IEnumerable<(string What, string Text)> Searches() =>
    [
        ("one character that all have", "明"), ("one character that a fifth has", "王"), ("one character that nobody has", "赵"),
        ("two characters that all have", "小明"), ("two characters that nobody has", "欧阳"),
        ("three characters that a fifth has", "王小明"), ("three characters that nobody has", "诸葛亮"), ("a whole name that two have", "王小明7777"),
        ("a user id of the end", "user099"), ("a user id in capitals", "USER099999"), ("letters that nobody has", "nobody"),
    ];

    /// <summary>Rows as a sync leaves them, and nothing that comes due meanwhile: one big company, whose people have two departments and the fields that a row is
    /// wide by, among small ones.</summary>
    private async Task FillAsync(TestDatabase database, CancellationToken ct)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand($"""
            INSERT INTO control.tenants (key, name, corp_id, enabled, time_zone, callback_key, state, max_removed_percent, max_removed, created_at, changed_at)
            SELECT CASE n WHEN 0 THEN 'big' ELSE 'company' || n END, '企业' || n, 'ww' || lpad(n::text, 16, '0'), n = 0, 'Asia/Shanghai', md5(n::text), 'active', 10, 50, now(), now()
            FROM generate_series(0, {enterprises - 1}) AS n;
            INSERT INTO control.schedules (tenant_id, kind, cron)
            SELECT id, unnest(ARRAY['full', 'incremental', 'customers']), '0 0 0 1 1 ? 2099' FROM control.tenants WHERE enabled;
            INSERT INTO mirror.departments (tenant_id, id, parent_id, name, sort_order, created_at, changed_at, fetched_at)
            SELECT t.id, n, CASE WHEN n = 1 THEN 0 WHEN n <= 1001 THEN 1 ELSE 2 + n % 1000 END, '部门' || n, n, now(), now(), now()
            FROM control.tenants t, generate_series(1, {departments}) AS n WHERE t.key = 'big';
            INSERT INTO mirror.users (tenant_id, user_id, name, alias, position, mobile, email, avatar, telephone, address, status, main_department_id, extattr, detail,
                created_at, changed_at, fetched_at)
            SELECT t.id, 'user' || lpad(n::text, 6, '0'), (ARRAY['王','李','张','刘','陈'])[1 + n % 5] || '小明' || n, 'alias' || n, '高级软件工程师',
                '139' || lpad(n::text, 8, '0'), 'user' || n || '@corp.example', 'https://wework.qpic.cn/wwpic/' || md5(n::text) || md5((n * 7)::text) || '/0', '021-5555' || n,
                '上海市浦东新区某某路' || n || '号', CASE WHEN n % 5000 = 0 THEN 5 ELSE 1 END, 1 + n % {departments}, jsonb_build_object('attrs', jsonb_build_array(jsonb_build_object('name', '工号', 'value', n))), 'full', now(), now(), now()
            FROM control.tenants t, generate_series(1, {people}) AS n WHERE t.key = 'big';
            INSERT INTO mirror.departments (tenant_id, id, parent_id, name, sort_order, created_at, changed_at, fetched_at)
            SELECT t.id, n, n - 1, '部门' || n, n, now(), now(), now() FROM control.tenants t, generate_series(1, 3) AS n WHERE t.key <> 'big';
            INSERT INTO mirror.users (tenant_id, user_id, name, position, mobile, status, main_department_id, detail, created_at, changed_at, fetched_at)
            SELECT t.id, 'user' || n, '李小红' || n, '工程师', '139' || n, 1, 1 + n % 3, 'full', now(), now(), now()
            FROM control.tenants t, generate_series(1, 10) AS n WHERE t.key <> 'big';
            INSERT INTO mirror.user_departments (tenant_id, user_id, department_id, sort_order, is_leader, created_at, changed_at, fetched_at)
            SELECT u.tenant_id, u.user_id, d, 0, false, now(), now(), now()
            FROM mirror.users u, LATERAL (VALUES (u.main_department_id), (1 + (u.main_department_id + 7) % {departments})) AS m (d);
            """, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
        // As autovacuum does within a minute.
        await using var vacuum = new NpgsqlCommand("VACUUM ANALYZE", connection) { CommandTimeout = 0 };
        await vacuum.ExecuteNonQueryAsync(ct);
    }

    private static async Task LogInAsync(HttpClient browser, CancellationToken ct)
    {
        var token = Token().Match(await browser.GetStringAsync(new Uri("/login", UriKind.Relative), ct)).Groups[1].Value;
        using var form = new FormUrlEncodedContent(
        [
            KeyValuePair.Create("email", Email), KeyValuePair.Create("password", Password), KeyValuePair.Create("__RequestVerificationToken", WebUtility.HtmlDecode(token)),
        ]);
        using var answer = await browser.PostAsync(new Uri("/login", UriKind.Relative), form, ct);
        if (answer.StatusCode != HttpStatusCode.Found)
        {
            throw new InvalidOperationException($"The login was answered {answer.StatusCode}.");
        }
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
