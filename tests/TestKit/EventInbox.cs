using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WeComSync.Domain.Inbox;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Events;
using Xunit;

namespace WeComSync.TestKit;

/// <summary>Puts events into a tenant's inbox as the callback host stores them, and has them applied.</summary>
internal static class EventInbox
{
    private static int last;

    /// <summary>Stores one change of the directory.</summary>
    /// <param name="harness">Whose.</param>
    /// <param name="change">For example <c>update_user</c>.</param>
    /// <param name="elements">Elements of the message, lists with commas.</param>
    /// <param name="at">When it happened; its fraction of a second is lost, as at WeCom. Null: now.</param>
    /// <param name="receivedAt">Null: now.</param>
    /// <param name="channel">Where it came in.</param>
    public static Task<long> TellAsync(
        this SyncHarness harness, string change, IReadOnlyCollection<(string Name, string Value)> elements, DateTimeOffset? at = null,
        DateTimeOffset? receivedAt = null, Channel channel = Channel.Contacts)
    {
        var created = DateTimeOffset.FromUnixTimeSeconds((at ?? DateTimeOffset.UtcNow).ToUnixTimeSeconds());
        var xml = new StringBuilder($"<xml><ToUserName><![CDATA[{harness.Corp.Id}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>")
            .Append(CultureInfo.InvariantCulture, $"<CreateTime>{created.ToUnixTimeSeconds()}</CreateTime>")
            .Append(CultureInfo.InvariantCulture, $"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_contact]]></Event><ChangeType>{change}</ChangeType>");
        foreach (var (name, value) in elements)
        {
            xml.Append(CultureInfo.InvariantCulture, $"<{name}><![CDATA[{value}]]></{name}>");
        }

        xml.Append("<ExtAttr><Item><Name><![CDATA[UserID]]></Name></Item></ExtAttr></xml>");
        var key = elements.First(e => e.Name is "UserID" or "Id" or "TagId").Value;
        return harness.StoreAsync("change_contact", change, key, xml.ToString(), created, receivedAt, channel);
    }

    /// <summary>Stores any message.</summary>
    public static Task<long> StoreAsync(
        this SyncHarness harness, string @event, string? change, string? key, string message, DateTimeOffset? created = null,
        DateTimeOffset? receivedAt = null, Channel channel = Channel.Contacts, string? welcomeCode = null)
    {
        var bytes = Encoding.UTF8.GetBytes(message);
        // A number of its own makes each digest unique; duplicates are the callback host's matter.
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{Interlocked.Increment(ref last)} {message}"));
        return harness.ScalarAsync<long>("""
            INSERT INTO control.callback_events (tenant_id, channel, digest, received_at, create_time, event, change_type, object_key, payload, welcome_code)
            VALUES ($1, $2, $3, COALESCE($4, clock_timestamp()), $5, $6, $7, $8, $9, $10) RETURNING id
            """,
            EnumText.Of(channel), digest, Time(receivedAt), Time(created), @event, Text(change), Text(key),
            harness.Database.Protector.Protect(harness.Tenant.Id, SecretFields.CallbackPayload, bytes),
            Text(welcomeCode is null ? null : harness.Database.Protector.Protect(harness.Tenant.Id, SecretFields.WelcomeCode, welcomeCode)));
    }

    /// <summary>Applies what waits.</summary>
    public static Task<string> DrainAsync(this SyncHarness harness) =>
        harness.Drain().RunAsync(harness.Tenant.Id, TestContext.Current.CancellationToken);

    /// <summary>Tries events that failed again, as their jobs do, until each is applied or parked.</summary>
    public static async Task RetryAsync(this SyncHarness harness)
    {
        while (await harness.ScalarAsync<long[]>(
            "SELECT COALESCE(array_agg(id ORDER BY id), '{}') FROM control.callback_events WHERE tenant_id = $1 AND state = 'failed'") is { Length: > 0 } failed)
        {
            foreach (var id in failed)
            {
                await using var scope = harness.Services.CreateAsyncScope();
                try
                {
                    await scope.ServiceProvider.GetRequiredService<IEventJob>()
                        .ApplyAsync(harness.Tenant.Id, id, "", null, null, TestContext.Current.CancellationToken);
                }
                catch (Exception again) when (again is EventFailedException or JobParkedException)
                {
                    // Its state says so.
                }
            }
        }
    }

    public static Task<string> StateOfAsync(this SyncHarness harness, long id) =>
        harness.ScalarAsync<string>("SELECT state FROM control.callback_events WHERE tenant_id = $1 AND id = $2", id);

    /// <summary>How many of the tenant's events are in this state.</summary>
    public static Task<long> CountEventsAsync(this SyncHarness harness, string state) =>
        harness.ScalarAsync<long>("SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND state = $2", state);

    /// <summary>One look of the sweep, and what it started.</summary>
    public static async Task SweepAsync(this SyncHarness harness) => await Task.WhenAll(
        await ((EventSweep)harness.Services.GetService(typeof(EventSweep))!).RunAsync(TestContext.Current.CancellationToken));

    private static EventDrain Drain(this SyncHarness harness) =>
        (EventDrain)harness.Services.GetService(typeof(EventDrain))!;

    private static NpgsqlParameter Time(DateTimeOffset? time) =>
        new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz, Value = (object?)time?.ToUniversalTime() ?? DBNull.Value };

    private static NpgsqlParameter Text(string? text) =>
        new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text, Value = (object?)text ?? DBNull.Value };
}
