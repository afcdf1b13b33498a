using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Limits;

namespace WeComSync.Simulator;

/// <summary>The simulator as a process.</summary>
/// <param name="Callbacks">The event server of every company; null: none yet.</param>
internal sealed record CommandLine(SimulatorOptions Host, IReadOnlyList<CorpOptions> Corps, CallbackTarget? Callbacks)
{
    public const string Help = """
        A web host that behaves like WeCom. Its first line of output is one JSON object: baseUrl, and for each company
        corpId, agentId, appSecret, contactsSecret and customersSecret. Further control: HTTP under /_control.

          --urls URL              where to listen, http://127.0.0.1:PORT (any free port)
          --corps N               how many companies (1); the n-th has the seed SEED + n - 1
          --seed N                the same seed makes the same companies, ids and secrets (1)
          --people N              per company, up to 200000 (500)
          --departments N         per company, with the root (40)
          --tags N                per company (10)
          --several-share X       share of people in several departments, 0 to 1 (0.08)
          --customers N           per company, up to 700000 (0)
          --relations N           pairs of a person and a customer, up to 1000000 (10 for each 7 customers)
          --follow-users N        people who may have customers; 0 everybody (0)
          --corp-tag-groups N     groups of corp tags (10 if there are customers)
          --group-chats N         customer groups (1 for each 50 customers)
          --developer-id bound|unbound           customers have a unionid or not (bound)
          --customers-secret yes|no              the system application for customers has one, as in companies of old (no)
          --name TEXT             name of the company
          --app new|old           created after or before 2022-06-20: personal fields hidden or not (new)
          --contact-sync-ip new|grandfathered    details through the contact-sync secret: 48009 or allowed (new)
          --fetch-child true|false               user/list honours fetch_child (true)
          --max-users N           people per user/list answer, above it 45029; 0 none (0)
          --per-minute N          calls per minute, company and endpoint; 0 no limits at all (10000)
          --concurrent N          calls at once per company and endpoint; 0 none (0)
          --caller ADDRESS        the public address that calls seem to come from
          --trusted-ips A,B       the application's trusted IPs (not configured)
          --callback-url URL      event server of contact sync, with --callback-token and --callback-aes-key; not checked (none)
          --callback-form reduced|full           what events tell (reduced)

        "load --help": posts events to an event server and measures it.
        """;

    private static readonly string[] Known =
    [
        "urls", "corps", "seed", "people", "departments", "tags", "several-share", "customers", "relations", "follow-users",
        "corp-tag-groups", "group-chats", "developer-id", "customers-secret", "name", "app", "contact-sync-ip", "fetch-child",
        "max-users", "per-minute", "concurrent", "caller", "trusted-ips",
        "callback-url", "callback-token", "callback-aes-key", "callback-form",
    ];

    /// <exception cref="FormatException">Says which argument is wrong.</exception>
    public static CommandLine Parse(string[] args)
    {
        var given = Arguments.Parse(args, Known);
        var perMinute = given.Number("per-minute", 10_000);
        var limits = perMinute == 0 ? RateLimits.None : new RateLimits { PerMinute = perMinute };
        var seed = given.Number("seed", 1);
        var corp = new CorpOptions
        {
            People = given.Number("people", 500),
            Departments = given.Number("departments", 40, least: 1),
            Tags = given.Number("tags", 10),
            SeveralDepartmentsShare = given.Share("several-share", 0.08),
            Customers = Customers(given),
            AppIsNew = given.Choice("app", "new", "old"),
            ContactSyncIp = given.Choice("contact-sync-ip", "new", "grandfathered") ? ContactSyncIp.New : ContactSyncIp.Grandfathered,
            TrustedIps = given.Text("trusted-ips") is { } list ? [.. list.Split(',')] : null,
            Settings = new CorpSettings
            {
                HonoursFetchChild = given.Choice("fetch-child", "true", "false"),
                MaxUsersPerAnswer = given.Number("max-users", 0),
                Limits = limits with { Concurrent = given.Number("concurrent", 0) },
            },
        };
        corp = corp with { Name = given.Text("name") ?? corp.Name };
        var host = new SimulatorOptions { Port = Port(given) };
        host = host with
        {
            CallerAddress = given.Text("caller") ?? host.CallerAddress,
            AddressLimits = perMinute == 0 ? RateLimits.None : host.AddressLimits,
        };
        return new CommandLine(
            host,
            [.. Enumerable.Range(0, given.Number("corps", 1, least: 1)).Select(i => corp with { Seed = seed + i })],
            given.Target("callback-url", "callback-token", "callback-aes-key", given.Choice("callback-form", "reduced", "full")));
    }

    private static CustomerOptions Customers(Arguments given)
    {
        var customers = new CustomerOptions { Count = given.Number("customers", 0) };
        return customers with
        {
            Relations = given.Number("relations", (int)Math.Min(customers.Count * 10L / 7, int.MaxValue)),
            FollowUsers = given.Number("follow-users", 0),
            TagGroups = given.Number("corp-tag-groups", customers.Count > 0 ? 10 : 0),
            GroupChats = given.Number("group-chats", customers.Count / 50),
            DeveloperAccount = given.Choice("developer-id", "bound", "unbound") ? customers.DeveloperAccount : null,
            HasSecret = !given.Choice("customers-secret", "no", "yes"),
        };
    }

    private static int Port(Arguments given)
    {
        if (given.Text("urls") is not { } text)
            return 0;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http", IsLoopback: true }
            ? url.Port
            : throw new FormatException($"--urls must be http://127.0.0.1:PORT, not '{text}'.");
    }
}
