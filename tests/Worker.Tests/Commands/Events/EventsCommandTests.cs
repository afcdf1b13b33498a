using System.Text.Json;
using WeComSync.Simulator.Corps;
using WeComSync.TestKit;
using WeComSync.Worker.Commands;
using Xunit;

namespace WeComSync.Worker.Tests.Commands.Events;

/// <summary>What an operator gets from <c>events list|show|replay</c>.</summary>
public sealed class EventsCommandTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Said = "what the event said";

    [Fact]
    public async Task List_shows_what_became_of_events_and_never_what_they_say()
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { People = 3, Seed = 121 });
        var person = harness.World.PersonAt(0).UserId;
        var applied = await harness.TellAsync("update_user", [("UserID", person), ("Memo", Said)]);
        var ignored = await harness.StoreAsync("change_contact", "paint_user", "x", $"<xml>{Said}</xml>");
        await harness.DrainAsync();
        var waiting = await harness.TellAsync("update_user", [("UserID", person), ("Memo", Said)]);

        var all = await RunAsync("list", harness.Tenant.Key);
        Assert.Equal(ExitCodes.Done, all.ExitCode);
        var lines = all.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToList();
        Assert.Equal([$"{waiting}", $"{ignored}", $"{applied}"], lines.Select(l => l.Split(' ')[0]));
        Assert.Contains("waiting", lines[0], StringComparison.Ordinal);
        Assert.Contains("update_user", lines[2], StringComparison.Ordinal);
        Assert.Contains(person, lines[2], StringComparison.Ordinal);
        Assert.DoesNotContain(Said, all.Output, StringComparison.Ordinal);

        var some = await RunAsync("list", harness.Tenant.Key, "--state", "ignored", "--limit", "1", "--json");
        using var json = JsonDocument.Parse(some.Output);
        var only = json.RootElement.GetProperty("events").EnumerateArray().Single();
        Assert.Equal((ignored, "ignored", "paint_user"), (only.GetProperty("id").GetInt64(), only.GetProperty("state").GetString(), only.GetProperty("changeType").GetString()));
        Assert.DoesNotContain(Said, some.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_gives_the_payload_only_when_asked_to_reveal_it_and_records_who_asked()
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { People = 3, Seed = 122 });
        var id = await harness.TellAsync("update_user", [("UserID", "anna"), ("Memo", Said)]);

        var shown = await RunAsync("show", harness.Tenant.Key, $"{id}");
        Assert.Equal(ExitCodes.Done, shown.ExitCode);
        Assert.Contains("anna", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Said, shown.Output, StringComparison.Ordinal);
        Assert.Equal(0L, await RevealsAsync(harness, id));

        var revealed = await RunAsync("show", harness.Tenant.Key, $"{id}", "--reveal", "--json");
        Assert.Equal(ExitCodes.Done, revealed.ExitCode);
        using var json = JsonDocument.Parse(revealed.Output);
        Assert.Contains(Said, json.RootElement.GetProperty("payload").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Said, revealed.Error, StringComparison.Ordinal);
        Assert.Equal(1L, await RevealsAsync(harness, id));
    }

    [Fact]
    public async Task Replay_lets_events_wait_again_with_a_job_for_them()
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { People = 3, Seed = 123 });
        var one = await harness.TellAsync("update_user", [("UserID", harness.World.PersonAt(0).UserId)]);
        var ignored = await harness.StoreAsync("change_contact", "paint_user", "x", "<xml/>");
        await harness.DrainAsync();

        Assert.Equal(ExitCodes.Done, (await RunAsync("replay", harness.Tenant.Key, $"{one}")).ExitCode);
        Assert.Equal(("waiting", "ignored"), (await harness.StateOfAsync(one), await harness.StateOfAsync(ignored)));
        Assert.Equal(1L, await harness.ScalarAsync<long>(
            "SELECT count(*) FROM hangfire.job WHERE statename = 'Enqueued' AND invocationdata->>'Type' LIKE '%IInboxJob%' AND arguments->>0 = $1::bigint::text"));

        using var json = JsonDocument.Parse((await RunAsync("replay", harness.Tenant.Key, "--ignored", "--json")).Output);
        Assert.Equal(1, json.RootElement.GetProperty("replayed").GetInt32());
        Assert.Equal("waiting", await harness.StateOfAsync(ignored));
        await harness.DrainAsync();
        Assert.Equal(("applied", "ignored"), (await harness.StateOfAsync(one), await harness.StateOfAsync(ignored)));
    }

    [Theory]
    [InlineData("list", "nobody")]
    [InlineData("show", "nobody", "1")]
    [InlineData("show", "TENANT", "9999999")]
    [InlineData("replay", "TENANT")]
    [InlineData("replay", "TENANT", "1", "--parked")]
    [InlineData("list", "TENANT", "--state", "gone")]
    [InlineData("list", "TENANT", "--limit", "0")]
    public async Task Wrong_use_ends_with_2(params string[] arguments)
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions { Seed = 124 });
        var result = await RunAsync([.. arguments.Select(a => a == "TENANT" ? harness.Tenant.Key : a)]);
        Assert.Equal((ExitCodes.Usage, ""), (result.ExitCode, result.Output));
        Assert.NotEmpty(result.LastErrorLine);
    }

    private static Task<long> RevealsAsync(SyncHarness harness, long id) =>
        harness.ScalarAsync<long>("SELECT count(*) FROM control.callback_reveals WHERE tenant_id = $1 AND event_id = $2 AND by LIKE '%@%'", id);

    private Task<ProcessResult> RunAsync(params string[] arguments) => WorkerProcess.RunAsync(database.ConnectionString, ["events", .. arguments]);
}
