using System.Globalization;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Limits;

namespace WeComSync.Simulator;

/// <summary>The simulator as a process.</summary>
internal sealed record CommandLine(SimulatorOptions Host, IReadOnlyList<CorpOptions> Corps)
{
    public const string Help = """
        A web host that behaves like WeCom. Its first line of output is one JSON object: baseUrl, and for each company
        corpId, agentId, appSecret and contactsSecret. Further control: HTTP under /_control.

          --urls URL              where to listen, http://127.0.0.1:PORT (any free port)
          --corps N               how many companies (1); the n-th has the seed SEED + n - 1
          --seed N                the same seed makes the same companies, ids and secrets (1)
          --people N              per company, up to 200000 (500)
          --departments N         per company, with the root (40)
          --tags N                per company (10)
          --several-share X       share of people in several departments, 0 to 1 (0.08)
          --name TEXT             name of the company
          --app new|old           created after or before 2022-06-20: personal fields hidden or not (new)
          --contact-sync-ip new|grandfathered    details through the contact-sync secret: 48009 or allowed (new)
          --fetch-child true|false               user/list honours fetch_child (true)
          --max-users N           people per user/list answer, above it 45029; 0 none (0)
          --per-minute N          calls per minute, company and endpoint; 0 no limits at all (10000)
          --concurrent N          calls at once per company and endpoint; 0 none (0)
          --caller ADDRESS        the public address that calls seem to come from
          --trusted-ips A,B       the application's trusted IPs (not configured)
        """;

    private static readonly string[] Known =
    [
        "urls", "corps", "seed", "people", "departments", "tags", "several-share", "name", "app", "contact-sync-ip", "fetch-child",
        "max-users", "per-minute", "concurrent", "caller", "trusted-ips",
    ];

    /// <exception cref="FormatException">Says which argument is wrong.</exception>
    public static CommandLine Parse(string[] args)
    {
        var given = Pairs(args);
        var perMinute = Number(given, "per-minute", 10_000);
        var limits = perMinute == 0 ? RateLimits.None : new RateLimits { PerMinute = perMinute };
        var seed = Number(given, "seed", 1);
        var corp = new CorpOptions
        {
            People = Number(given, "people", 500),
            Departments = Number(given, "departments", 40, least: 1),
            Tags = Number(given, "tags", 10),
            SeveralDepartmentsShare = Share(given),
            AppIsNew = Choice(given, "app", "new", "old"),
            ContactSyncIp = Choice(given, "contact-sync-ip", "new", "grandfathered") ? ContactSyncIp.New : ContactSyncIp.Grandfathered,
            TrustedIps = given.GetValueOrDefault("trusted-ips") is { } list ? [.. list.Split(',')] : null,
            Settings = new CorpSettings
            {
                HonoursFetchChild = Choice(given, "fetch-child", "true", "false"),
                MaxUsersPerAnswer = Number(given, "max-users", 0),
                Limits = limits with { Concurrent = Number(given, "concurrent", 0) },
            },
        };
        corp = corp with { Name = given.GetValueOrDefault("name", corp.Name) };
        var host = new SimulatorOptions { Port = Port(given) };
        host = host with
        {
            CallerAddress = given.GetValueOrDefault("caller", host.CallerAddress!),
            AddressLimits = perMinute == 0 ? RateLimits.None : host.AddressLimits,
        };
        return new CommandLine(host, [.. Enumerable.Range(0, Number(given, "corps", 1, least: 1)).Select(i => corp with { Seed = seed + i })]);
    }

    private static Dictionary<string, string> Pairs(string[] args)
    {
        var given = new Dictionary<string, string>();
        for (var i = 0; i < args.Length; i += 2)
        {
            var name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i][2..] : "";
            if (!Known.Contains(name))
                throw new FormatException($"{args[i]} is not known; --help lists what is.");
            if (i + 1 == args.Length)
                throw new FormatException($"--{name} needs a value.");
            given[name] = args[i + 1];
        }
        return given;
    }

    private static int Number(Dictionary<string, string> given, string name, int otherwise, int least = 0)
    {
        if (!given.TryGetValue(name, out var text))
            return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new FormatException($"--{name} must be a whole number from {least} up, not '{text}'.");
    }

    private static double Share(Dictionary<string, string> given)
    {
        if (!given.TryGetValue("several-share", out var text))
            return 0.08;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share <= 1
            ? share
            : throw new FormatException($"--several-share must be from 0 to 1, not '{text}'.");
    }

    private static bool Choice(Dictionary<string, string> given, string name, string yes, string no)
    {
        var text = given.GetValueOrDefault(name, yes);
        return text == yes || (text == no ? false : throw new FormatException($"--{name} must be {yes} or {no}, not '{text}'."));
    }

    private static int Port(Dictionary<string, string> given)
    {
        if (!given.TryGetValue("urls", out var text))
            return 0;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http", IsLoopback: true }
            ? url.Port
            : throw new FormatException($"--urls must be http://127.0.0.1:PORT, not '{text}'.");
    }
}
