using System.Net;
using System.Text.RegularExpressions;
using WeComSync.Simulator.Corps;
using WeComSync.Worker.Tests.WebConsole.Writing;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>一键同步 shows what the guard holds, and a person decides about single ones.</summary>
public sealed partial class HeldRemovalPageTests(ConnectedCompany company) : IClassFixture<ConnectedCompany>
{
    [Fact]
    public async Task Single_removals_are_approved_or_discarded_and_the_others_wait()
    {
        using var visit = await company.VisitAsync(new CorpOptions { People = 60, Departments = 5, Seed = 9, CorpId = $"ww{Guid.NewGuid():N}"[..18] });
        var gone = visit.World.People.Take(12).ToList();
        gone.ForEach(person => visit.World.Leave(person.UserId));
        await visit.SyncAsync();
        var rows = RowsOf(await visit.RawAsync("sync"));
        Assert.Equal(gone.Select(person => $"user {{\"user_id\": \"{person.UserId}\"}}").Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
        var page = await visit.ReadAsync("sync");
        Assert.All(gone, person => Assert.Contains(person.Name, page, StringComparison.Ordinal));
        // Beside each what goes along: nobody here has a tag.
        Assert.Equal(
            gone.Select(person => $"任职 {person.Memberships.Length}").Order(StringComparer.Ordinal),
            Along().Matches(page).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));

        var none = await visit.PressAsync("sync", "sync?handler=ApproveSome");
        Assert.Equal(422, none.Status);
        Assert.Contains("请先勾选要处理的数据", none.Html, StringComparison.Ordinal);
        Assert.Equal(302, (await visit.PressAsync("sync", "sync?handler=ApproveSome", ("row", rows[0]), ("row", rows[1]))).Status);
        Assert.Equal(302, (await visit.PressAsync("sync", "sync?handler=DiscardSome", ("row", rows[2]))).Status);
        // What is not held, and what is no key at all, is nobody's removal.
        Assert.Equal(302, (await visit.PressAsync("sync", "sync?handler=ApproveSome", ("row", "user {\"user_id\": \"nobody\"}"), ("row", "' OR true --"))).Status);

        Assert.Equal("approved 2, discarded 1, pending 9", await DecisionsAsync(visit));
        Assert.Equal(rows.Skip(3), RowsOf(await visit.RawAsync("sync")));
        Assert.Contains(rows[1], await visit.SqlAsync<string>("SELECT detail FROM control.audit WHERE tenant_id = $1 AND action = 'removals_approved' ORDER BY id LIMIT 1"), StringComparison.Ordinal);
        await visit.SyncAsync();
        Assert.Equal("discarded 1, pending 9, removed 2", await DecisionsAsync(visit));
        Assert.Equal(58, await visit.SqlAsync<long>("SELECT count(*) FROM mirror.users WHERE tenant_id = $1 AND removed_at IS NULL"));
    }

    [Fact]
    public async Task Rows_of_one_enterprise_are_nothing_to_another()
    {
        using var held = await company.VisitAsync(new CorpOptions { People = 40, Departments = 3, Seed = 10, CorpId = $"ww{Guid.NewGuid():N}"[..18] });
        held.World.People.Take(8).ToList().ForEach(person => held.World.Leave(person.UserId));
        await held.SyncAsync();
        var row = RowsOf(await held.RawAsync("sync"))[0];
        using var other = await company.VisitAsync();

        Assert.Equal(302, (await other.PressAsync("sync", "sync?handler=ApproveSome", ("row", row))).Status);
        Assert.Equal("pending 8", await DecisionsAsync(held));
    }

    private static IReadOnlyList<string> RowsOf(string html) => [.. Row().Matches(html).Select(match => WebUtility.HtmlDecode(match.Groups[1].Value))];

    private static Task<string> DecisionsAsync(Visit visit) => visit.SqlAsync<string>("""
        SELECT string_agg(decision || ' ' || count, ', ' ORDER BY decision)
        FROM (SELECT decision, count(*) FROM control.held_removals WHERE tenant_id = $1 AND entity = 'user' GROUP BY decision) AS d
        """);

    [GeneratedRegex("<div>(任职 [0-9]+)</div>")]
    private static partial Regex Along();

    [GeneratedRegex("name=\"row\" value=\"([^\"]+)\"")]
    private static partial Regex Row();
}
