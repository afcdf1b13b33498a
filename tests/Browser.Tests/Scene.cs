using WeComSync.Domain.Directory;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Http;
using Xunit;
using Department = WeComSync.Simulator.Worlds.Department;
using Person = WeComSync.Simulator.Worlds.Person;

namespace WeComSync.Browser.Tests;

/// <summary>Two companies in which everything happened that a page can tell of: one that is connected and one that is not yet; and their pages.</summary>
internal sealed class Scene
{
    private const string Token = "canaryTokenOfThePages";
    private const string AesKey = "canaryAesKeyOfThePages0123456789abcdefghijA";

    private readonly Stage stage;
    private readonly Corp corp;

    private Scene(Stage stage, Corp corp)
    {
        this.stage = stage;
        this.corp = corp;
    }

    /// <summary>Every page of the endpoint table, and some with more on them.</summary>
    public IReadOnlyList<ConsolePage> Pages { get; private set; } = [];

    /// <summary>Somebody who got another name and went to another department.</summary>
    public string RenamedEmployee { get; private set; } = "";

    /// <summary>What no page may show.</summary>
    public IReadOnlyList<string> Secrets => [corp.App.Secret, corp.Contacts.Secret, Token, AesKey];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Scene> PrepareAsync(Stage stage)
    {
        var corp = stage.Simulator.AddCorp(new CorpOptions { Name = "示例科技有限公司", People = 24, Departments = 8, Tags = 2, Seed = Random.Shared.Next(1000, 1_000_000) });
        var scene = new Scene(stage, corp);
        var tenant = await scene.ConnectedAsync();
        var before = await scene.NotConnectedAsync();
        scene.Pages = await scene.ListAsync(tenant, before);
        return scene;
    }

    private async Task<Tenant> ConnectedAsync()
    {
        var world = corp.World;
        world.Hire(new Person { UserId = "hostile", Name = "<img src=x onerror=alert(1)>\u202Egnp.exe", Position = "=1+1", Memberships = [new(Department.RootId)] });
        world.Hire(new Person { UserId = new string('l', 64), Name = new string('长', 64), Position = new string('W', 120), Memberships = [new(Department.RootId)] });
        world.AddDepartment("销售中心");
        var tenant = await TestTenants.AddAsync(stage.Database, corp, Cancel);
        await stage.NeverByScheduleAsync(tenant.Key);
        await TestTenants.SetCallbackAsync(stage.Database, tenant, Channel.Contacts, Token, AesKey, Cancel);
        using var worker = SyncHarness.BuildWorker(stage.Database, stage.Simulator.BaseUrl);
        await RunAsync();
        var (renamed, moved) = (world.People[20].UserId, world.Departments.First(d => world.People[20].Memberships.All(m => m.DepartmentId != d.Id)));
        world.Rename(renamed, "改了名");
        world.Move(renamed, moved.Id);
        RenamedEmployee = $"/e/{tenant.Key}/employees/{renamed}";
        foreach (var person in world.People.Take(12).ToList())
        {
            world.Leave(person.UserId);
        }

        await RunAsync();
        world.Hire("planned", "将来", Department.RootId);
        await RunAsync(dryRun: true);
        await Stage.SaveUrlAsync(corp, new CallbackTarget($"{stage.CallbackAddress}/callbacks/{tenant.CallbackKey}/contacts", Token, AesKey));
        world.Hire("xinren", "新人", Department.RootId);
        await corp.Callbacks.WhenIdleAsync(Cancel);
        await stage.ExecuteAsync(
            "UPDATE control.callback_events SET state = 'parked', error = $2 WHERE tenant_id = $1",
            tenant.Id, WeComFault.Passing("user/get", "no answer within 10 s, also at the last of 4 tries").Message);
        await FailedRunAsync(tenant);
        await stage.ExecuteAsync("""
            INSERT INTO control.audit (tenant_id, at, account_id, who, address, action, detail)
            VALUES ($1, now(), 0, 'admin@example.com', '192.0.2.7', 'settings_changed', 'contacts.secret, contacts.token, contacts.encodingAesKey')
            """, tenant.Id);
        // Seen by 首次连接: one of each kind of match, and what WeCom lacks.
        await WriteDownAsync(tenant, [("销售中心", null), ("华东大区", 0)], (world.People[3].UserId, "另一个名字", ""), ("onlyhere", "只在本地", "13900003333"));
        return tenant;

        async Task RunAsync(bool dryRun = false)
        {
            var request = new SyncRequest { Trigger = SyncTrigger.Console, DryRun = dryRun };
            var runner = (SyncRunner)worker.Services.GetService(typeof(SyncRunner))!;
            var report = await runner.RunAsync(tenant.Id, SyncKind.Full, request, Cancel);
            Assert.True(report.State == RunState.Done, $"{report.State}: {report.Error} {report.Action}");
        }
    }

    /// <summary>A run of last night that read some of the company only.</summary>
    private async Task FailedRunAsync(Tenant tenant)
    {
        var unknown = WeComErrors.From("user/get", 60111, "userid not found", null).Message;
        var closed = WeComErrors.From("tag/list", 48002, "api forbidden", null).Message;
        await stage.ExecuteAsync("""
            WITH run AS (
                INSERT INTO control.sync_runs (tenant_id, kind, part, trigger, state, phase, owner, fence, started_at, heartbeat_at, finished_at, dry_run,
                    expected, read, created, changed, unchanged, removed, restored, renamed, held, failed, api_calls, error)
                VALUES ($1, 'incremental', 'directory', 'schedule', 'partial', 'merge', 'night', 0, now() - interval '9 hours', now() - interval '9 hours', now() - interval '9 hours',
                    false, 26, 24, 0, 0, 24, 0, 0, 0, 0, 2, 31, $2)
                RETURNING id)
            INSERT INTO control.sync_errors (tenant_id, run_id, entity, key, code, message, at)
            SELECT $1, id, entity, key, code, message, now() - interval '9 hours' FROM run, (VALUES ('user', 'zhaoxi', 60111, $3), ('contact_tag', NULL, 48002, $4)) AS e (entity, key, code, message)
            """, tenant.Id, SyncTexts.NotWhole.With(2, unknown), unknown, closed);
    }

    private async Task<Tenant> NotConnectedAsync()
    {
        var tenant = await TestTenants.AddAsync(stage.Database, corp, Cancel, contacts: false, app: false);
        await stage.NeverByScheduleAsync(tenant.Key);
        await WriteDownAsync(tenant, [("销售中心", null), ("华东大区", 0), ("上海办事处", 1), ("研发中心", null)], ("luojian", "罗健", "13900001111"), ("he.yutong", "何雨桐", ""));
        return tenant;
    }

    /// <summary>What an administrator entered before WeCom was connected.</summary>
    private async Task WriteDownAsync(Tenant tenant, (string Name, int? Parent)[] departments, params (string UserId, string Name, string Mobile)[] users)
    {
        await using var db = stage.Database.OpenContext();
        var now = DateTimeOffset.UtcNow;
        var ids = new List<long>();
        foreach (var (name, parent) in departments)
        {
            var department = new LocalDepartment { TenantId = tenant.Id, Name = name, ParentId = parent is { } at ? ids[at] : null, CreatedAt = now, ChangedAt = now };
            db.LocalDepartments.Add(department);
            await db.SaveChangesAsync(Cancel);
            ids.Add(department.Id);
        }

        db.LocalUsers.AddRange(users.Select((user, number) => new LocalUser(user.UserId)
        {
            TenantId = tenant.Id, Name = user.Name, Mobile = user.Mobile, Position = "客户经理", DepartmentIds = [ids[number % ids.Count]], CreatedAt = now, ChangedAt = now,
        }));
        await db.SaveChangesAsync(Cancel);
    }

    private async Task<IReadOnlyList<ConsolePage>> ListAsync(Tenant tenant, Tenant before)
    {
        var run = await stage.ReadAsync<long>("SELECT max(id) FROM control.sync_runs WHERE tenant_id = $1 AND NOT dry_run AND state = 'done'", tenant.Id);
        var failed = await stage.ReadAsync<long>("SELECT max(id) FROM control.sync_runs WHERE tenant_id = $1 AND state = 'partial'", tenant.Id);
        var plan = await stage.ReadAsync<long>("SELECT max(id) FROM control.sync_runs WHERE tenant_id = $1 AND dry_run", tenant.Id);
        var department = await stage.ReadAsync<long>("SELECT min(id) FROM control.local_departments WHERE tenant_id = $1", before.Id);
        var user = await stage.ReadAsync<long>("SELECT min(id) FROM control.local_users WHERE tenant_id = $1", before.Id);
        var pages = ConsolePages.All(stage, new Dictionary<string, string>
        {
            ["enterprise"] = tenant.Key,
            ["departments/{id:long}"] = "1",
            ["employees/{id}"] = RenamedEmployee.Split('/')[^1],
            ["runs/{id:long}"] = $"{run}",
            ["problem/{code:int}"] = "404",
        });
        // The same pages with more on them.
        return
        [
            .. pages, Of("check-done", "check?run=true"), Of("preview", $"runs/{plan}"), Of("runs-failed", $"runs/{failed}"),
            Of("employee-edit-one", $"employee-edit?id={corp.World.People[10].UserId}"), Of("department-edit-one", $"department-edit?id={corp.World.Departments[3].Id}"),
            Of("employees-hostile", "employees/hostile"),
            Before("departments-local", "departments"), Before("employees-local", "employees"), Before("connect-local", "connect"), Before("index-local", ""),
            Before("local-department-one", $"local-department?id={department}"), Before("local-employee-one", $"local-employee?id={user}"),
            new("/operator/enterprise-one", $"/operator/enterprise?key={tenant.Key}", Open: false),
        ];

        ConsolePage Of(string name, string page) => new($"/e/{{enterprise}}/{name}", $"/e/{tenant.Key}/{page}", Open: false);

        ConsolePage Before(string name, string page) => new($"/e/{{enterprise}}/{name}", $"/e/{before.Key}/{page}".TrimEnd('/'), Open: false);
    }
}
