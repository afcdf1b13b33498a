using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xunit;

namespace WeComSync.Worker.Tests.Notifications;

public sealed class IncidentTests
{
    private const string Hook = "/hook";
    private const string Robot = "webhook/send";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stopped_tenant_is_told_once_and_once_when_it_goes_on()
    {
        await using var scene = await NotificationScene.StartAsync();
        var tenant = await scene.AddTenantAsync("acme");
        var worker = scene.Worker();
        await worker.RunAsync(Cancel);
        Assert.Empty(scene.Sent(Hook));

        await scene.ExecuteAsync(
            "UPDATE control.tenants SET state = 'stopped', stopped_at = now(), stopped_code = 60020, stopped_reason = '60020 from 203.0.113.9.', stopped_action = 'Trust it.' WHERE id = $1", tenant);
        await worker.RunAsync(Cancel);
        await worker.RunAsync(Cancel);
        await scene.ExecuteAsync("UPDATE control.tenants SET state = 'active' WHERE id = $1", tenant);
        await worker.RunAsync(Cancel);
        await worker.RunAsync(Cancel);

        var told = scene.Sent(Hook).Select(body => JsonElement.Parse(body)).ToList();
        Assert.Equal(["tenant_stopped", "tenant_stopped.over"], told.Select(message => message.GetProperty("type").GetString()));
        Assert.Contains("203.0.113.9", told[0].GetProperty("data").GetProperty("message").GetString()!, StringComparison.Ordinal);
        Assert.Contains("tenants resume acme", told[0].GetProperty("data").GetProperty("message").GetString()!, StringComparison.Ordinal);
        Assert.Equal(2, scene.Sent(Robot).Count);
        Assert.Contains("acme", JsonElement.Parse(scene.Sent(Robot)[1]).GetProperty("text").GetProperty("content").GetString()!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user", "sync acme full --approve 41")]
    [InlineData("follow", "sync acme customers --approve 41")]
    public async Task Held_removals_are_told_until_somebody_decided(string entity, string toDo)
    {
        await using var scene = await NotificationScene.StartAsync();
        var tenant = await scene.AddTenantAsync("acme");
        var worker = scene.Worker();
        await scene.ExecuteAsync("""
            INSERT INTO control.held_removals (tenant_id, run_id, entity, key, last_seen_at, decision)
            SELECT $1, 41, $2, to_jsonb(n), now(), 'pending' FROM generate_series(1, 12) n
            """, tenant, entity);
        await worker.RunAsync(Cancel);
        await scene.ExecuteAsync("UPDATE control.held_removals SET decision = 'discarded'");
        await worker.RunAsync(Cancel);

        Assert.Equal(2, scene.Sent(Hook).Count);
        Assert.Contains("12 removals", scene.Sent(Hook)[0], StringComparison.Ordinal);
        Assert.Contains(toDo, scene.Sent(Hook)[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("active")]
    [InlineData("slowed")]
    public async Task Time_without_a_good_run_is_told_and_ends_with_the_next_good_one(string state)
    {
        await using var scene = await NotificationScene.StartAsync();
        var tenant = await scene.AddTenantAsync("acme");
        await scene.ExecuteAsync("INSERT INTO control.wecom_settings (tenant_id, channel, secret) VALUES ($1, 'app', 'x')", tenant);
        await scene.AddTenantAsync("without-a-secret");
        var worker = scene.Worker(("Notifications:NoGoodRunAfter", "06:00:00"));
        await scene.ExecuteAsync($"UPDATE control.tenants SET state = '{state}' WHERE id = $1", tenant);
        await RunAsync(scene, tenant, "failed", "WeCom is away.");
        await worker.RunAsync(Cancel);
        Assert.Empty(scene.Sent(Hook));

        scene.Clock.Ahead = TimeSpan.FromHours(7);
        await worker.RunAsync(Cancel);
        Assert.Contains("WeCom is away.", Assert.Single(scene.Sent(Hook)), StringComparison.Ordinal);

        scene.Clock.Ahead = TimeSpan.Zero;
        await RunAsync(scene, tenant, "partial", null);
        await worker.RunAsync(Cancel);
        Assert.Contains("no_good_run.over", scene.Sent(Hook)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silent_callbacks_are_told_only_where_events_came_before()
    {
        await using var scene = await NotificationScene.StartAsync();
        var tenant = await scene.AddTenantAsync("acme");
        var other = await scene.AddTenantAsync("never-had-one");
        foreach (var id in new[] { tenant, other })
        {
            await scene.ExecuteAsync("INSERT INTO control.wecom_settings (tenant_id, channel, token) VALUES ($1, 'contacts', 'x')", id);
        }

        await scene.ExecuteAsync("INSERT INTO control.callback_attempts (tenant_id, channel, outcome, count, last_at) VALUES ($1, 'contacts', 'accepted', 5, now() - interval '8 days')", tenant);
        var worker = scene.Worker(("Notifications:Language", "zh-CN"));
        await worker.RunAsync(Cancel);
        Assert.Contains("没有收到事件", Assert.Single(scene.Sent(Hook)), StringComparison.Ordinal);

        await scene.ExecuteAsync("UPDATE control.callback_attempts SET last_at = now()");
        await worker.RunAsync(Cancel);
        Assert.Contains("callbacks_silent.over", scene.Sent(Hook)[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en", "To do: List it.", "can be read again")]
    [InlineData("zh-CN", "处理：List it.", "已可重新读取")]
    public async Task Refused_customers_are_told_where_some_are_mirrored(string language, string toDo, string over)
    {
        await using var scene = await NotificationScene.StartAsync();
        var tenant = await scene.AddTenantAsync("acme");
        foreach (var id in new[] { tenant, await scene.AddTenantAsync("never-had-any") })
        {
            await scene.ExecuteAsync(
                "INSERT INTO control.customer_rests (tenant_id, since, looked_at, code, reason, action) VALUES ($1, now(), now(), 48002, '48002.', 'List it.')", id);
        }

        await scene.ExecuteAsync("""
            INSERT INTO mirror.follows (tenant_id, user_id, external_user_id, ref, created_at, changed_at, fetched_at, visible)
            VALUES ($1, 'u', 'wm', gen_random_uuid(), now(), now(), now(), true)
            """, tenant);
        var worker = scene.Worker(("Notifications:Language", language));
        await worker.RunAsync(Cancel);
        await worker.RunAsync(Cancel);
        await scene.ExecuteAsync("DELETE FROM control.customer_rests");
        await worker.RunAsync(Cancel);

        var told = scene.Sent(Hook).Select(body => JsonElement.Parse(body)).ToList();
        Assert.Equal(["customers_refused", "customers_refused.over"], told.Select(message => message.GetProperty("type").GetString()));
        Assert.Contains(toDo, told[0].GetProperty("data").GetProperty("message").GetString()!, StringComparison.Ordinal);
        Assert.Contains(over, told[1].GetProperty("data").GetProperty("message").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_workers_tell_once()
    {
        await using var scene = await NotificationScene.StartAsync();
        for (var n = 0; n < 5; n++)
        {
            await scene.AddTenantAsync($"t{n}");
        }

        await scene.ExecuteAsync("UPDATE control.tenants SET state = 'stopped'");
        var workers = new[] { scene.Worker(), scene.Worker() };
        await Task.WhenAll(Enumerable.Range(0, 10).Select(n => workers[n % 2].RunAsync(Cancel)));

        Assert.Equal(5, scene.Sent(Hook).Count);
        Assert.Equal(5, scene.Sent(Robot).Count);
    }

    [Fact]
    public async Task Worker_that_wakes_beside_another_tells_nothing_twice()
    {
        await using var scene = await NotificationScene.StartAsync();
        await scene.AddTenantAsync("first");
        await scene.AddTenantAsync("second");
        await scene.ExecuteAsync("UPDATE control.tenants SET state = 'stopped'");
        var (reached, wake) = (new TaskCompletionSource(), new TaskCompletionSource());
        scene.Receiver.On(Hook, async call =>
        {
            reached.TrySetResult();
            await wake.Task;
            await call.AnswerAsync(400, "text/plain", "");
        });
        var frozen = scene.Worker().RunAsync(Cancel);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        // What the server does to a holder that is silent.
        await scene.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
        var other = scene.Worker();
        Assert.True(await other.RunAsync(Cancel));
        Assert.Single(scene.Sent(Hook));

        // It seems dead now, and the other sends what it left; then it wakes up.
        scene.Receiver.On(Hook, call => call.AnswerAsync(204, "text/plain", ""));
        scene.Clock.Ahead = TimeSpan.FromMinutes(2);
        await other.RunAsync(Cancel);
        wake.SetResult();
        await frozen;
        scene.Clock.Ahead = TimeSpan.FromHours(1);
        await other.RunAsync(Cancel);

        Assert.Equal(["first", "first", "second"], scene.Sent(Hook).Select(body => JsonElement.Parse(body).GetProperty("data").GetProperty("tenant").GetString()));
        Assert.Equal(2, scene.Sent(Robot).Count);
    }

    [Fact]
    public async Task Receiver_that_was_away_gets_its_messages_in_order_later_and_holds_up_no_other()
    {
        await using var scene = await NotificationScene.StartAsync();
        var tenant = await scene.AddTenantAsync("acme");
        var worker = scene.Worker();
        scene.Receiver.On("/hook", call => call.AnswerAsync(503, "text/plain", ""));
        await scene.ExecuteAsync("UPDATE control.tenants SET state = 'stopped' WHERE id = $1", tenant);
        await worker.RunAsync(Cancel);
        await scene.ExecuteAsync("UPDATE control.tenants SET state = 'active' WHERE id = $1", tenant);
        await worker.RunAsync(Cancel);
        Assert.Single(scene.Sent(Hook)); // not due again yet
        Assert.Equal(2, scene.Sent(Robot).Count);

        scene.Receiver.On("/hook", call => call.AnswerAsync(204, "text/plain", ""));
        scene.Clock.Ahead = TimeSpan.FromMinutes(5);
        await worker.RunAsync(Cancel);

        Assert.Equal(
            ["tenant_stopped", "tenant_stopped", "tenant_stopped.over"],
            scene.Sent(Hook).Select(body => JsonElement.Parse(body).GetProperty("type").GetString()));
    }

    [Fact]
    public async Task Robot_that_answers_an_error_is_asked_again_and_its_key_is_in_no_log()
    {
        await using var scene = await NotificationScene.StartAsync();
        await scene.AddTenantAsync("acme");
        scene.Receiver.Answer(Robot, """{"errcode":93000,"errmsg":"invalid webhook url"}""", """{"errcode":0,"errmsg":"ok"}""");
        await scene.ExecuteAsync("UPDATE control.tenants SET state = 'stopped'");
        var worker = scene.Worker();
        await worker.RunAsync(Cancel);
        Assert.Contains("93000", scene.Logs.Text, StringComparison.Ordinal);

        scene.Clock.Ahead = TimeSpan.FromMinutes(5);
        await worker.RunAsync(Cancel);
        await worker.RunAsync(Cancel);

        Assert.Equal(2, scene.Sent(Robot).Count);
        Assert.DoesNotContain(NotificationScene.Key, scene.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(scene.Receiver.BaseUrl, scene.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Private_address_is_refused_after_its_name_was_resolved_and_never_connected_to()
    {
        await using var scene = await NotificationScene.StartAsync();
        await scene.AddTenantAsync("acme");
        await scene.ExecuteAsync("UPDATE control.tenants SET state = 'stopped'");
        var port = new Uri(scene.Receiver.BaseUrl).Port;
        var worker = scene.Worker(
            ("Notifications:AllowPrivateAddresses", "false"),
            ("Notifications:WebhookUrl", $"https://localhost:{port}/hook"),
            ("Notifications:RobotUrl", $"https://127.0.0.1:{port}/cgi-bin/webhook/send"));
        await worker.RunAsync(Cancel);

        Assert.Empty(scene.Receiver.Calls);
        Assert.Contains("not public", scene.Logs.Text, StringComparison.Ordinal);
        Assert.Contains("Notifications:AllowPrivateAddresses", scene.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Webhook_is_signed()
    {
        await using var scene = await NotificationScene.StartAsync();
        await scene.AddTenantAsync("acme");
        await scene.ExecuteAsync("UPDATE control.tenants SET state = 'stopped'");
        var key = RandomNumberGenerator.GetBytes(32);
        var headers = new Dictionary<string, string>();
        scene.Receiver.On("/hook", call =>
        {
            headers["id"] = call.Header("webhook-id");
            headers["timestamp"] = call.Header("webhook-timestamp");
            headers["signature"] = call.Header("webhook-signature");
            return call.AnswerAsync(200, "text/plain", "");
        });
        await scene.Worker(("Notifications:WebhookSecret", $"whsec_{Convert.ToBase64String(key)}")).RunAsync(Cancel);

        var signed = $"{headers["id"]}.{headers["timestamp"]}.{scene.Sent(Hook).Single()}";
        Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)))}", headers["signature"]);
    }

    private static Task RunAsync(NotificationScene scene, long tenant, string state, string? error) => scene.ExecuteAsync("""
        INSERT INTO control.sync_runs (tenant_id, kind, part, trigger, state, phase, owner, fence, started_at, heartbeat_at, finished_at, dry_run,
            expected, read, created, changed, unchanged, removed, restored, renamed, held, failed, api_calls, error)
        VALUES ($1, 'full', 'directory', 'schedule', $2, 'done', 'host/1', 1, now(), now(), now(), false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $3)
        """, tenant, state, (object?)error ?? DBNull.Value);
}
