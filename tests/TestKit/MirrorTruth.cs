using System.Text.Json.Nodes;
using Npgsql;
using WeComSync.Simulator.Corps;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.TestKit;

/// <summary>Compares a tenant's whole mirror with the simulated company: every table, every live row, every column.</summary>
internal static class MirrorTruth
{
    /// <summary>Fails, naming the first differing rows, unless the live mirror says exactly what is so and its change feed tells the same.</summary>
    /// <param name="dataSource">The mirror's database.</param>
    /// <param name="tenantId">Whose mirror.</param>
    /// <param name="corp">The truth.</param>
    /// <param name="ct">Stops the test.</param>
    /// <param name="view">How much of it the mirror can know; null: <see cref="TruthView.Everything"/>.</param>
    public static async Task AssertEqualAsync(
        NpgsqlDataSource dataSource, long tenantId, Corp corp, CancellationToken ct, TruthView? view = null)
    {
        view ??= TruthView.Everything;
        var live = await MirrorTables.LiveAsync(dataSource, tenantId, ct);
        var directory = view.Directory ? new DirectoryTruth(corp, view).Tables() : [];
        var customers = view.Customers ? new CustomerTruth(corp.Customers, view).Tables() : [];
        var truth = directory.Concat(customers).ToDictionary(t => t.Table, t => t.Rows.ToList());
        var wrong = MirrorTables.All.SelectMany(table => Differences(table, truth.GetValueOrDefault(table) ?? [], [.. live[table.Name]]))
            .Take(12).ToList();
        Assert.True(wrong.Count == 0, $"The mirror of tenant {tenantId} is not the truth:\n{string.Join('\n', wrong)}");
        await ChangeFeed.AssertTellsTheMirrorAsync(dataSource, tenantId, ct);
    }

    private static IEnumerable<string> Differences(MirrorTable table, List<TrueRow> truth, List<JsonObject> live)
    {
        var mirrored = live.ToDictionary(row => MirrorTables.KeyOf(table, row));
        foreach (var row in truth)
        {
            var key = row.KeyOf(table);
            if (!mirrored.Remove(key, out var found))
            {
                if (!row.IsOptional)
                {
                    yield return $"{table.Name} {key} is missing";
                }

                continue;
            }

            var unclassified = found.Select(c => c.Key).Except(row.Columns).ToList();
            Assert.True(unclassified.Count == 0, $"No truth says what {table.Name}.{string.Join(", ", unclassified)} ought to be.");
            foreach (var difference in row.Differences(found))
            {
                yield return $"{table.Name} {key}: {difference}";
            }
        }

        foreach (var key in mirrored.Keys)
        {
            yield return $"{table.Name} {key} is there and ought not to be";
        }
    }
}
