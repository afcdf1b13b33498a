using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.Commands;
using WeComSync.Worker.Commands.Tenants;
using WeComSync.Worker.Tenants;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.Commands.Tenants;

public sealed class TenantApplyTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string AesKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
    private const string OtherAesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

    private readonly string key = $"t{Guid.NewGuid():N}";
    private readonly FixedClock clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task New_tenant_is_stored_with_its_secrets_protected()
    {
        var applied = await ApplyAsync($"\"app\":{{\"agentId\":7,\"secret\":\"appSecret\",\"token\":\"T1\",\"encodingAesKey\":\"{AesKey}\"}},\"customers\":{{}}");

        Assert.Equal(ApplyOutcome.Created, applied.Result);
        var tenant = await LoadAsync();
        Assert.Equal((applied.Id, "Acme", true, clock.Now), (tenant.Id, tenant.Name, tenant.Enabled, tenant.ChangedAt));
        var app = Settings(tenant, Channel.App)!;
        Assert.Equal((7L, clock.Now, clock.Now), (app.AgentId, app.SecretSetAt, app.CallbackSetAt));
        Assert.Equal("appSecret", Open(tenant, SecretFields.Secret(Channel.App), app.Secret));
        Assert.Equal("T1", Open(tenant, SecretFields.Token(Channel.App), app.Token));
        Assert.Equal(AesKey, Open(tenant, SecretFields.EncodingAesKey(Channel.App), app.EncodingAesKey));
        Assert.Null(app.FormerUntil);
        Assert.Null(Settings(tenant, Channel.Customers)!.Secret);
        Assert.Null(Settings(tenant, Channel.Contacts));
    }

    [Fact]
    public async Task Applying_the_same_file_again_writes_no_row()
    {
        using var rsa = System.Security.Cryptography.RSA.Create(1024);
        var pem = System.Text.Json.JsonSerializer.Serialize(rsa.ExportPkcs8PrivateKeyPem());
        var blocks = $$"""
            "app":{"agentId":7,"secret":"s","token":"T1","encodingAesKey":"{{AesKey}}"},"schedules":{"full":"0 30 2 * * ?"},
            "archive":{"secret":"a","privateKeys":[{"version":1,"pem":{{pem}} }]},"guard":{"maxRemoved":5}
            """;
        await ApplyAsync(blocks);
        var before = await RowVersionsAsync();

        clock.Now += TimeSpan.FromHours(1);
        var applied = await ApplyAsync(blocks);

        Assert.Equal(ApplyOutcome.Unchanged, applied.Result);
        Assert.Empty(applied.Changed);
        Assert.Equal(before, await RowVersionsAsync());
    }

    [Fact]
    public async Task Only_what_differs_is_named_and_written()
    {
        await ApplyAsync("\"app\":{\"secret\":\"s\"},\"contacts\":{\"secret\":\"c\"},\"guard\":{\"maxRemoved\":5}");
        var before = await LoadAsync();

        clock.Now += TimeSpan.FromHours(1);
        var applied = await ApplyAsync("\"enabled\":false,\"app\":{\"secret\":\"new\"},\"contacts\":{\"secret\":\"c\"},\"guard\":{\"maxRemoved\":6}", name: "Other");

        Assert.Equal(ApplyOutcome.Updated, applied.Result);
        Assert.Equal(["name", "enabled", "guard", "app"], applied.Changed);
        var tenant = await LoadAsync();
        Assert.Equal(("Other", false, 6, clock.Now), (tenant.Name, tenant.Enabled, tenant.MaxRemoved, tenant.ChangedAt));
        Assert.Equal("new", Open(tenant, SecretFields.Secret(Channel.App), Settings(tenant, Channel.App)!.Secret));
        Assert.Equal(Settings(before, Channel.Contacts)!.Secret, Settings(tenant, Channel.Contacts)!.Secret);
        Assert.Equal(before.CallbackKey, tenant.CallbackKey);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task File_sets_the_operators_switch_and_leaves_the_administrators(bool switchedOn)
    {
        await ApplyAsync("\"enabled\":false");
        await database.ExecuteAsync("UPDATE control.tenants SET switched_on = $2 WHERE key = $1", (await LoadAsync()).Key, switchedOn);

        var applied = await ApplyAsync("\"enabled\":true");

        Assert.Equal(["enabled"], applied.Changed);
        var tenant = await LoadAsync();
        Assert.Equal((true, switchedOn, switchedOn), (tenant.Enabled, tenant.SwitchedOn, tenant.Works));
    }

    [Fact]
    public async Task What_the_file_leaves_out_is_removed_or_goes_back_to_its_default()
    {
        using var rsa = System.Security.Cryptography.RSA.Create(1024);
        var pem = System.Text.Json.JsonSerializer.Serialize(rsa.ExportPkcs8PrivateKeyPem());
        await ApplyAsync($$"""
            "timeZone":"Europe/Berlin","app":{"agentId":7,"secret":"s"},"contacts":{"secret":"c"},"guard":{"maxRemoved":5,"maxRemovedPercent":1},
            "archive":{"privateKeys":[{"version":1,"pem":{{pem}} },{"version":2,"pem":{{pem}} }]},
            "schedules":{"full":"0 30 2 * * ?","incremental":"0 0/10 * * * ?"}
            """);

        var applied = await ApplyAsync($$"""
            "app":{"secret":"s"},"archive":{"privateKeys":[{"version":2,"pem":{{pem}} }]},"schedules":{"incremental":"0 0/5 * * * ?"}
            """);

        Assert.Equal(["timeZone", "guard", "app", "contacts", "archive", "schedules"], applied.Changed);
        var tenant = await LoadAsync();
        Assert.Equal((Tenant.DefaultTimeZone, 50, 10), (tenant.TimeZone, tenant.MaxRemoved, tenant.MaxRemovedPercent));
        Assert.Null(Settings(tenant, Channel.App)!.AgentId);
        Assert.Null(Settings(tenant, Channel.Contacts));
        Assert.Equal((SyncKind.Incremental, "0 0/5 * * * ?"), (Assert.Single(tenant.Schedules).Kind, tenant.Schedules.Single().Cron));
        await using var db = database.OpenContext();
        Assert.Equal(2, (await db.ArchiveKeys.SingleAsync(k => k.TenantId == tenant.Id, Cancel)).Version);
    }

    [Fact]
    public async Task Tenant_that_the_file_does_not_list_stays_as_it_is()
    {
        await ApplyAsync("\"app\":{\"secret\":\"s\"}");
        var before = await RowVersionsAsync();

        await ApplyFileAsync($$"""[{"key":"o{{Guid.NewGuid():N}}","name":"Other","corpId":"ww{{Guid.NewGuid():N}}"}]""");

        Assert.Equal(before, await RowVersionsAsync());
    }

    [Fact]
    public async Task Changed_callback_settings_keep_the_former_ones_for_five_minutes()
    {
        await ApplyAsync($"\"contacts\":{{\"token\":\"T1\",\"encodingAesKey\":\"{AesKey}\"}}");
        clock.Now += TimeSpan.FromHours(1);
        await ApplyAsync($"\"contacts\":{{\"token\":\"T1\",\"encodingAesKey\":\"{OtherAesKey}\"}}");

        var tenant = await LoadAsync();
        var contacts = Settings(tenant, Channel.Contacts)!;
        Assert.Equal(OtherAesKey, Open(tenant, SecretFields.EncodingAesKey(Channel.Contacts), contacts.EncodingAesKey));
        Assert.Equal("T1", Open(tenant, SecretFields.Token(Channel.Contacts), contacts.FormerToken));
        Assert.Equal(AesKey, Open(tenant, SecretFields.EncodingAesKey(Channel.Contacts), contacts.FormerEncodingAesKey));
        Assert.Equal(clock.Now.AddMinutes(5), contacts.FormerUntil);
        Assert.Equal(clock.Now, contacts.CallbackSetAt);
    }

    [Fact]
    public async Task Removed_callback_settings_are_not_accepted_any_longer()
    {
        await ApplyAsync($"\"contacts\":{{\"secret\":\"c\",\"token\":\"T1\",\"encodingAesKey\":\"{AesKey}\"}}");
        await ApplyAsync("\"contacts\":{\"secret\":\"c\"}");

        var contacts = Settings(await LoadAsync(), Channel.Contacts)!;
        Assert.Equal((null, null, null, null), (contacts.Token, contacts.FormerToken, contacts.FormerEncodingAesKey, contacts.CallbackSetAt));
        Assert.Null(contacts.FormerUntil);
        Assert.NotNull(contacts.Secret);
    }

    [Theory]
    [InlineData("\"app\":{\"secret\":\"new\"}", true)]
    [InlineData("\"app\":{\"secret\":\"s\",\"agentId\":8}", true)]
    [InlineData("\"app\":{\"secret\":\"s\"},\"guard\":{\"maxRemoved\":1}", false)]
    [InlineData("\"app\":{\"secret\":\"s\"}", false)]
    public async Task Stopped_tenant_goes_on_when_its_credentials_change(string blocks, bool resumes)
    {
        await ApplyAsync("\"app\":{\"secret\":\"s\"}");
        await using (var db = database.OpenContext())
        {
            (await db.Tenants.SingleAsync(t => t.Key == key, Cancel)).Stop(40001, "invalid credential", "Enter the secret anew.", clock.Now);
            await db.SaveChangesAsync(Cancel);
        }

        var applied = await ApplyAsync(blocks);

        Assert.Equal(resumes, applied.Resumed);
        Assert.Equal(resumes ? TenantState.Active : TenantState.Stopped, (await LoadAsync()).State);
    }

    [Fact]
    public async Task One_wrong_tenant_leaves_all_others_unchanged()
    {
        await ApplyAsync("\"app\":{\"secret\":\"s\"}");
        await AddDepartmentAsync();
        var before = await RowVersionsAsync();
        var newcomer = $"n{Guid.NewGuid():N}";

        var bad = await Assert.ThrowsAsync<BadInputException>(() => ApplyFileAsync(
            $$"""[{"key":"{{newcomer}}","name":"N","corpId":"ww{{newcomer}}"},{"key":"{{key}}","name":"Acme","corpId":"wwelsewhere"}]"""));

        Assert.StartsWith("[1].corpId: is another corp", Assert.Single(bad.Problems), StringComparison.Ordinal);
        Assert.Equal(before, await RowVersionsAsync());
        await using var db = database.OpenContext();
        Assert.False(await db.Tenants.AnyAsync(t => t.Key == newcomer, Cancel));
    }

    [Fact]
    public async Task Mistyped_corp_id_can_be_corrected_until_something_is_mirrored()
    {
        await ApplyAsync("\"app\":{\"secret\":\"s\"}");

        var applied = await ApplyAsync("\"app\":{\"secret\":\"s\"}", corpId: $"wx{key}");
        Assert.Equal(["corpId"], applied.Changed);

        // WeCom compares corp ids without case.
        await AddDepartmentAsync();
        Assert.Equal(["corpId"], (await ApplyAsync("\"app\":{\"secret\":\"s\"}", corpId: $"WX{key}")).Changed);
    }

    [Fact]
    public async Task Hosts_are_told_which_tenants_changed_and_only_those()
    {
        await ApplyAsync("\"app\":{\"secret\":\"s\"}");
        var heard = new List<string>();
        await using var listener = await database.DataSource.OpenConnectionAsync(Cancel);
        listener.Notification += (_, notification) => heard.Add(notification.Payload);
        await using (var listen = new NpgsqlCommand($"LISTEN {TenantChanges.Channel}", listener))
        {
            await listen.ExecuteNonQueryAsync(Cancel);
        }

        await ApplyAsync("\"app\":{\"secret\":\"s\"}");
        var applied = await ApplyAsync("\"app\":{\"secret\":\"new\"}");

        // Notifications arrive in commit order: when this one is here, all before it are.
        await using (var end = database.DataSource.CreateCommand($"SELECT pg_notify('{TenantChanges.Channel}', 'end')"))
        {
            await end.ExecuteNonQueryAsync(Cancel);
        }

        while (!heard.Contains("end"))
        {
            await listener.WaitAsync(Cancel);
        }

        Assert.Equal([$"{applied.Id}", "end"], heard);
    }

    [Fact]
    public async Task Callback_addresses_name_the_tenant_by_its_unguessable_key()
    {
        var applied = await ApplyAsync($"\"contacts\":{{\"token\":\"T1\",\"encodingAesKey\":\"{AesKey}\"}}");

        var tenant = await LoadAsync();
        Assert.Matches("^[0-9a-f]{32}$", tenant.CallbackKey);
        Assert.Equal(["app", "contacts", "customers", "archive"], applied.Callbacks.Select(callback => EnumText.Of(callback.Channel)));
        Assert.Equal($"https://sync.example.com/base/callbacks/{tenant.CallbackKey}/contacts", applied.Callbacks[1].Url);
        Assert.Equal([false, true, false, false], applied.Callbacks.Select(callback => callback.Ready));
    }

    [Fact]
    public async Task What_may_be_a_slip_is_warned_of()
    {
        var file = await ApplyFileAsync(
            $$"""[{"key":"{{key}}1","name":"A","corpId":"ww{{key}}","customers":{} },{"key":"{{key}}2","name":"B","corpId":"WW{{key}}"}]""", publicUrl: null);

        Assert.Equal(
            [
                $"Tenant {key}1 has neither customers.secret nor app.secret: its customers cannot be read.",
                $"The tenants {key}1 and {key}2 have the same corp id: is that meant?",
            ],
            file.Warnings.Take(2));
        Assert.StartsWith("Callbacks:PublicUrl is not set", file.Warnings[2], StringComparison.Ordinal);
        Assert.All(file.Tenants[0].Callbacks, callback => Assert.Null(callback.Url));
    }

    [Fact]
    public async Task Secret_that_no_longer_opens_is_mended_by_applying_the_file_again()
    {
        await ApplyAsync($"\"contacts\":{{\"token\":\"T1\",\"encodingAesKey\":\"{AesKey}\"}}");
        var tenant = await LoadAsync();
        await using (var spoil = database.DataSource.CreateCommand("UPDATE control.wecom_settings SET token = 'spoilt' WHERE tenant_id = $1"))
        {
            spoil.Parameters.AddWithValue(tenant.Id);
            await spoil.ExecuteNonQueryAsync(Cancel);
        }

        var applied = await ApplyAsync($"\"contacts\":{{\"token\":\"T1\",\"encodingAesKey\":\"{AesKey}\"}}");

        Assert.Equal(["contacts"], applied.Changed);
        var contacts = Settings(await LoadAsync(), Channel.Contacts)!;
        Assert.Equal("T1", Open(tenant, SecretFields.Token(Channel.Contacts), contacts.Token));
        Assert.Null(contacts.FormerToken);
    }

    [Fact]
    public async Task Two_files_applied_at_once_with_the_same_new_tenant_create_it_once()
    {
        var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ApplyAsync("\"app\":{\"secret\":\"s\"}")));

        Assert.Equal(
            [ApplyOutcome.Created, ApplyOutcome.Unchanged, ApplyOutcome.Unchanged, ApplyOutcome.Unchanged],
            applied.Select(tenant => tenant.Result).Order());
    }

    private async Task<AppliedTenant> ApplyAsync(string blocks, string name = "Acme", string? corpId = null) =>
        Assert.Single((await ApplyFileAsync($$"""[{"key":"{{key}}","name":"{{name}}","corpId":"{{corpId ?? "ww" + key}}",{{blocks}} }]""")).Tenants);

    private async Task<AppliedFile> ApplyFileAsync(string json, string? publicUrl = "https://sync.example.com/base")
    {
        var file = TenantFile.Parse(Encoding.UTF8.GetBytes(json), new TextSources("/", _ => null));
        Assert.Empty(file.Problems);
        var contexts = database.Services.GetRequiredService<IDbContextFactory<SyncDbContext>>();
        return await new TenantApply(contexts, database.Protector, new CallbackAddresses(publicUrl), clock).RunAsync(file.Tenants, Cancel);
    }

    private async Task<Tenant> LoadAsync()
    {
        await using var db = database.OpenContext();
        return await db.Tenants.Include(t => t.Settings).Include(t => t.Schedules).SingleAsync(t => t.Key == key, Cancel);
    }

    private async Task AddDepartmentAsync()
    {
        await using var add = database.DataSource.CreateCommand("""
            INSERT INTO mirror.departments (tenant_id, id, name, sort_order, leaders, created_at, changed_at, fetched_at)
            SELECT id, 1, 'Company', 1, '{}', now(), now(), now() FROM control.tenants WHERE key = $1
            """);
        add.Parameters.AddWithValue(key);
        await add.ExecuteNonQueryAsync(Cancel);
    }

    /// <summary>Which transaction wrote each of the tenant's rows.</summary>
    private async Task<IReadOnlyList<string>> RowVersionsAsync()
    {
        await using var db = database.OpenContext();
        return await db.Database.SqlQuery<string>($"""
            WITH me AS (SELECT id FROM control.tenants WHERE key = {key})
            SELECT 'tenant ' || xmin AS "Value" FROM control.tenants WHERE id IN (SELECT id FROM me)
            UNION ALL SELECT channel || ' ' || xmin FROM control.wecom_settings WHERE tenant_id IN (SELECT id FROM me)
            UNION ALL SELECT kind || ' ' || xmin FROM control.schedules WHERE tenant_id IN (SELECT id FROM me)
            UNION ALL SELECT version || ' ' || xmin FROM control.archive_keys WHERE tenant_id IN (SELECT id FROM me)
            ORDER BY 1
            """).ToListAsync(Cancel);
    }

    private static WeComSettings? Settings(Tenant tenant, Channel channel) => tenant.Settings.SingleOrDefault(s => s.Channel == channel);

    private string Open(Tenant tenant, string field, string? stored)
    {
        Assert.NotNull(stored);
        return database.Protector.Unprotect(tenant.Id, field, stored);
    }
}
