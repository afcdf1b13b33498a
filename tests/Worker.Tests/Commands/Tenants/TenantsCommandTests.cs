using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.TestKit;
using WeComSync.Worker.Commands;
using WeComSync.Worker.WeCom.Tokens;
using Xunit;

namespace WeComSync.Worker.Tests.Commands.Tenants;

public sealed class TenantsCommandTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    private const string AesKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("tenants command");
    private readonly string key = $"t{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Apply_prints_callback_urls_on_stdout_and_again_without_a_change()
    {
        var file = Write($$$"""[{"key":"{{{key}}}","name":"Acme","corpId":"ww{{{key}}}","contacts":{"token":"T1","encodingAesKey":{"env":"AES"} } }]""");

        var first = await RunAsync(["tenants", "apply", file], ("AES", AesKey));
        var tenant = await LoadAsync();
        Assert.Equal((ExitCodes.Done, ""), (first.ExitCode, first.Error));
        Assert.StartsWith($"{key}: created\n", first.Output, StringComparison.Ordinal);
        Assert.Contains($"  contacts   https://sync.example.com/callbacks/{tenant!.CallbackKey}/contacts\n", first.Output, StringComparison.Ordinal);

        var second = await RunAsync(["tenants", "apply", file, "--json"], ("AES", AesKey));
        Assert.Equal((ExitCodes.Done, ""), (second.ExitCode, second.Error));
        using var json = JsonDocument.Parse(second.Output);
        var applied = json.RootElement.GetProperty("tenants")[0];
        Assert.Equal((key, "unchanged"), (applied.GetProperty("key").GetString(), applied.GetProperty("result").GetString()));
        Assert.Equal(
            $"https://sync.example.com/callbacks/{tenant.CallbackKey}/contacts",
            applied.GetProperty("callbacks").EnumerateArray().Single(c => c.GetProperty("channel").GetString() == "contacts").GetProperty("url").GetString());
    }

    [Fact]
    public async Task Bad_file_exits_2_with_every_problem_and_changes_nothing()
    {
        var file = Write($$$"""
            [{"key":"{{{key}}}","name":"Acme","corpId":"ww1","contacts":{"token":"T1","encodingAesKey":"s3cret"},"typo":1},
             {"key":"b","name":"B","corpId":"ww2","app":{"secret":{"env":"NOT_THERE"} } }]
            """);

        var result = await RunAsync(["tenants", "apply", file]);

        Assert.Equal((ExitCodes.Usage, ""), (result.ExitCode, result.Output));
        Assert.Equal(
            [
                "[0].typo: is not a known key; known here are key, name, corpId, enabled, timeZone, app, contacts, customers, archive, schedules, guard",
                "[0].contacts.encodingAesKey: must be 43 characters of a-z, A-Z and 0-9, has 6",
                "[1].app.secret: the environment variable NOT_THERE is not set",
                $"The tenant file '{file}' has 3 problems; nothing was changed. Correct what is listed and apply the file again.",
            ],
            result.Error.TrimEnd().Split('\n'));
        Assert.Null(await LoadAsync());
    }

    [Fact]
    public async Task Bad_file_is_one_JSON_object_on_stdout_when_asked_for()
    {
        var result = await RunAsync(["tenants", "apply", Write("[{\"key\":"), "--json"]);

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal(ExitCodes.Usage, json.RootElement.GetProperty("exitCode").GetInt32());
        Assert.StartsWith("line 1, column 9:", json.RootElement.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_public_url_the_file_is_applied_and_the_setting_named()
    {
        var file = Write($$"""[{"key":"{{key}}","name":"Acme","corpId":"ww{{key}}"}]""");

        var result = await WorkerProcess.RunAsync(database.ConnectionString, ["tenants", "apply", file]);

        var tenant = await LoadAsync();
        Assert.Equal(ExitCodes.Done, result.ExitCode);
        Assert.Contains($"  app        /callbacks/{tenant!.CallbackKey}/app ", result.Output, StringComparison.Ordinal);
        Assert.StartsWith("Callbacks:PublicUrl is not set", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Malformed_public_url_is_a_configuration_error_and_nothing_is_applied()
    {
        var file = Write($$"""[{"key":"{{key}}","name":"Acme","corpId":"ww{{key}}"}]""");

        var result = await RunAsync(["tenants", "apply", file], ("Callbacks__PublicUrl", "sync.example.com"));

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.StartsWith("Callbacks:PublicUrl must be", result.LastErrorLine, StringComparison.Ordinal);
        Assert.Null(await LoadAsync());
    }

    [Fact]
    public async Task Stopped_tenant_is_listed_with_its_reason_and_can_be_resumed()
    {
        await using (var db = database.OpenContext())
        {
            var tenant = new Tenant { Key = key, Name = "Acme", CorpId = $"ww{key}", CreatedAt = DateTimeOffset.UtcNow };
            tenant.Stop(60020, "not allow to access from your ip", "Add this server's IP.", DateTimeOffset.UtcNow);
            db.Add(tenant);
            await db.SaveChangesAsync(Cancel);
        }

        var list = await RunAsync(["tenants", "list"]);
        Assert.Equal((ExitCodes.Done, ""), (list.ExitCode, list.Error));
        Assert.Matches($"{key} is stopped since .*Z: not allow to access from your ip Add this server's IP. Then: 'tenants resume {key}'.", list.Output);

        var resumed = await RunAsync(["tenants", "resume", key, "--json"]);
        Assert.Equal((ExitCodes.Done, $$"""{"key":"{{key}}","resumed":true}""" + "\n"), (resumed.ExitCode, resumed.Output));
        Assert.Equal(TenantState.Active, (await LoadAsync())!.State);
        Assert.Equal($"{key}: was not stopped; nothing was changed\n", (await RunAsync(["tenants", "resume", key])).Output);
    }

    [Fact]
    public async Task Tenant_whose_secret_was_refused_a_moment_ago_is_not_resumed_before_the_pause_is_over()
    {
        await using (var db = database.OpenContext())
        {
            var tenant = new Tenant { Key = key, Name = "Acme", CorpId = $"ww{key}", CreatedAt = DateTimeOffset.UtcNow };
            tenant.Stop(40001, "invalid credential", "Copy the secret again.", DateTimeOffset.UtcNow);
            db.Add(tenant);
            await db.SaveChangesAsync(Cancel);
            var secret = database.Protector.Protect(tenant.Id, SecretFields.Secret(Channel.App), "wrong");
            await db.Database.ExecuteSqlAsync($"INSERT INTO control.wecom_settings (tenant_id, channel, secret) VALUES ({tenant.Id}, 'app', {secret})", Cancel);
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO control.token_refusals (tenant_id, channel, secret_hash, code, reason, action, refused_at)
                VALUES ({tenant.Id}, 'app', {new TenantSecret(Channel.App, tenant.CorpId, "wrong").AttemptHash}, 40001, 'invalid credential', 'x', now())
                """, Cancel);
        }

        var early = await RunAsync(["tenants", "resume", key]);
        Assert.Equal((ExitCodes.Failed, ""), (early.ExitCode, early.Output));
        Assert.Matches("^WeCom refused the secret of 'app' at .*Z, and it is still the one entered; nothing was changed. The same secret is not tried again before .*Z", early.LastErrorLine);
        Assert.Equal(TenantState.Stopped, (await LoadAsync())!.State);

        await using (var db = database.OpenContext())
        {
            await db.Database.ExecuteSqlAsync($"UPDATE control.token_refusals SET refused_at = refused_at - interval '31 seconds'", Cancel);
        }

        Assert.Equal($"{key}: goes on\n", (await RunAsync(["tenants", "resume", key])).Output);
        Assert.Equal(TenantState.Active, (await LoadAsync())!.State);
    }

    [Fact]
    public async Task Unknown_tenant_is_wrong_usage()
    {
        var result = await RunAsync(["tenants", "resume", key]);
        Assert.Equal((ExitCodes.Usage, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"There is no tenant '{key}'", result.LastErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Crash_in_the_middle_leaves_nothing_applied()
    {
        // Somebody holds the lock of the tables, so the command stands still with its work under way.
        var file = Write($$"""[{"key":"{{key}}","name":"Acme","corpId":"ww{{key}}","app":{"secret":"s"} }]""");
        await using var blocker = await database.DataSource.OpenConnectionAsync(Cancel);
        await using var transaction = await blocker.BeginTransactionAsync(Cancel);
        await using (var block = new Npgsql.NpgsqlCommand("LOCK TABLE control.wecom_settings IN EXCLUSIVE MODE", blocker, transaction))
        {
            await block.ExecuteNonQueryAsync(Cancel);
        }

        await using var worker = WorkerProcess.Start(database.ConnectionString, ["tenants", "apply", file]);
        await worker.WaitUntilAsync("the command waits for the table", async ct =>
        {
            await using var db = database.OpenContext();
            return await db.Database.SqlQuery<bool>($"""
                SELECT EXISTS (SELECT FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE '%wecom_settings%' AND pid <> pg_backend_pid()) AS "Value"
                """).SingleAsync(ct);
        });
        worker.Kill();
        await worker.WaitForExitAsync();
        await transaction.RollbackAsync(Cancel);

        Assert.Null(await LoadAsync());
    }

    private Task<ProcessResult> RunAsync(string[] arguments, params (string Name, string? Value)[] environment) =>
        WorkerProcess.RunAsync(database.ConnectionString, arguments, [("Callbacks__PublicUrl", "https://sync.example.com/"), .. environment]);

    private string Write(string json)
    {
        var path = Path.Combine(directory.FullName, "tenants.json");
        File.WriteAllText(path, json);
        return path;
    }

    private async Task<Tenant?> LoadAsync()
    {
        await using var db = database.OpenContext();
        return await db.Tenants.AsNoTracking().SingleOrDefaultAsync(tenant => tenant.Key == key, Cancel);
    }
}
