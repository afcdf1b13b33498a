using System.Text.Json.Nodes;
using CsCheck;
using Npgsql;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using WeComSync.Worker.Sync.Directory;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>
/// Random companies, edits, faults, events, full and incremental syncs in any order: nobody who is there is removed, after one good full
/// sync the mirror is the truth, and the change feed replayed from its beginning is the mirror.
/// </summary>
public sealed class ModelTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int AtOnce = 3;

    private static readonly Gen<(int Kind, int A, int B)[]> Histories =
        Gen.Select(Gen.Int[0, 19], Gen.Int[0, 999], Gen.Int[0, 999], (kind, a, b) => (kind, a, b)).Array[3, 16];

    [Fact]
    public async Task Any_history_ends_in_the_truth()
    {
        await using var host = await SyncHarness.StartAsync(database, new CorpOptions { Seed = 80 });
        var histories = TestServer.LongRun ? 2_000 : 120;
        await Histories.SampleAsync(
            async history =>
            {
                var world = history.Length;
                await using var harness = await host.WithAnotherAsync(
                    new CorpOptions { People = 12, Departments = 5, Tags = 2, Seed = 81 + world, AppIsNew = world % 2 == 0 });
                await new Player(harness).PlayAsync(history);
            },
            iter: histories, threads: AtOnce);
    }

    /// <summary>Plays one history.</summary>
    private sealed class Player(SyncHarness harness)
    {
        private readonly List<Person> leavers = [];
        private readonly List<(string Change, (string, string)[] Elements)> untold = [];

        private World World => harness.World;

        public async Task PlayAsync((int Kind, int A, int B)[] history)
        {
            foreach (var (kind, a, b) in history)
            {
                try
                {
                    await StepAsync(kind, a, b);
                }
                catch (WorldRuleException)
                {
                    // WeCom's console would refuse it too.
                }
            }

            harness.Simulator.Faults.Clear(harness.Corp);
            harness.Corp.App.Range = VisibleRange.WholeCompany;
            await harness.MirrorAsync();
            await harness.AssertMirrorIsTrueAsync(personal: harness.Corp.App.HiddenFields == PersonalFields.None);
            await AssertFeedIsTheMirrorAsync();
        }

        private async Task StepAsync(int kind, int a, int b)
        {
            var people = World.People;
            var departments = World.Departments;
            var department = departments[b % departments.Count].Id;
            var person = people.Count == 0 ? null : people[a % people.Count];
            switch (kind)
            {
                case 0 or 1:
                    var hired = World.Hire(new Person
                    {
                        UserId = $"p{a}.{b}", Name = $"人{a % 7}", Mobile = $"1380000{a:000}{b:000}", HasGeneratedUserId = a % 2 == 0,
                        Memberships = [new Membership(department)],
                    });
                    untold.Add(("create_user", [("UserID", hired.UserId), ("Department", $"{department}")]));
                    break;
                case 2 when people.Count > 3:
                    leavers.Add(World.Leave(person!.UserId));
                    untold.Add(("delete_user", [("UserID", person.UserId)]));
                    break;
                case 3 or 4 when person is not null:
                    World.Move(person.UserId, department);
                    untold.Add(("update_user", [("UserID", person.UserId), ("Department", $"{department}")]));
                    break;
                case 5 when person is not null:
                    World.Update(person.UserId, p => p with { Name = $"改{b}", Status = (short)(b % 2 + 1) });
                    break;
                case 6 when person is not null:
                    var renamed = World.ChangeUserId(person.UserId, $"r{a}.{b}");
                    untold.Add(("update_user", [("UserID", person.UserId), ("NewUserID", renamed.UserId)]));
                    break;
                case 7 when leavers.Count > 0:
                    World.Hire(leavers[a % leavers.Count]);
                    break;
                case 8:
                    var added = World.AddDepartment($"部{a}", department);
                    untold.Add(("create_party", [("Id", $"{added.Id}"), ("ParentId", $"{department}")]));
                    break;
                case 9:
                    World.UpdateDepartment(departments[a % departments.Count].Id, d => d with { Name = $"名{b}", Order = b });
                    break;
                case 10:
                    World.MoveDepartment(departments[a % departments.Count].Id, department);
                    untold.Add(("update_party", [("Id", $"{departments[a % departments.Count].Id}"), ("ParentId", $"{department}")]));
                    break;
                case 11:
                    World.DeleteDepartment(department);
                    untold.Add(("delete_party", [("Id", $"{department}")]));
                    break;
                case 12 when person is not null && World.Tags is [var tag, ..]:
                    World.AddToTag(tag.Id, [person.UserId], []);
                    untold.Add(("update_tag", [("TagId", $"{tag.Id}"), ("AddUserItems", person.UserId)]));
                    break;
                case 13 when untold.Count > 0:
                    var (change, elements) = untold[a % untold.Count];
                    await harness.TellAsync(change, elements);
                    break;
                case 14:
                    await harness.DrainAsync();
                    break;
                case 15:
                    harness.Corp.App.Range = b % 2 == 0 ? VisibleRange.WholeCompany : VisibleRange.OfDepartments(department);
                    break;
                case 16:
                    await harness.FullAsync();
                    break;
                case 17:
                    await harness.FullAsync(dryRun: true);
                    break;
                case 18:
                    await harness.IncrementalAsync();
                    break;
                case 19:
                    await FaultyAsync(a, full: b % 2 == 0, FaultOf(b));
                    break;
                default:
                    break;
            }
        }

        private static Fault FaultOf(int n) => (n % 8) switch
        {
            0 => Fault.ErrCode(60011),
            1 => Fault.ErrCode(-1),
            2 => Fault.BadGateway(),
            3 => Fault.Reset(inMidBody: n % 2 == 0),
            4 => Fault.Truncate(),
            5 => Fault.EmptyList(),
            6 => Fault.ErrCode(50100),
            _ => Fault.TokenDeath(),
        };

        private async Task FaultyAsync(int call, bool full, Fault fault)
        {
            var before = await RemovedAsync();
            harness.Simulator.Faults.AtCall(harness.Corp, call % 12 + 1, fault);
            var report = full ? await harness.FullAsync() : await harness.IncrementalAsync();
            harness.Simulator.Faults.Clear(harness.Corp);
            var wrong = (await RemovedAsync()).Except(before).Where(id => World.FindPerson(id) is not null).ToList();
            Assert.True(wrong.Count == 0, $"{fault.Name} at call {call % 12 + 1}: removed though there: {string.Join(", ", wrong)}");
            if (report.State == RunState.Stopped)
            {
                await harness.ScalarAsync<string>("UPDATE control.tenants SET state = 'active' WHERE id = $1 RETURNING state");
            }
        }

        private async Task<HashSet<string>> RemovedAsync() =>
            [.. (await harness.ScalarAsync<string[]>(
                "SELECT COALESCE(array_agg(user_id::text), '{}') FROM mirror.users WHERE tenant_id = $1 AND removed_at IS NOT NULL"))];

        private async Task AssertFeedIsTheMirrorAsync()
        {
            var replayed = new Dictionary<(string Entity, string Key), JsonObject>();
            await foreach (var (entity, key, op, after) in RowsAsync("""
                SELECT entity, key::text, op, after::text FROM mirror.changes WHERE tenant_id = $1 ORDER BY seq
                """))
            {
                switch (op)
                {
                    case "removed":
                        replayed.Remove((entity, key));
                        break;
                    case "renamed":
                        Rename(replayed, JsonNode.Parse(after!)!.AsObject());
                        break;
                    default:
                        replayed[(entity, key)] = JsonNode.Parse(after!)!.AsObject();
                        break;
                }
            }

            foreach (var table in DirectoryTables.All)
            {
                var columns = string.Join(", ", table.Key.Concat(table.Values).Select(c => "m." + c.Name));
                var mirror = new List<string>();
                await foreach (var (row, _, _, _) in RowsAsync(
                    $"SELECT to_jsonb(a)::text, '', '', NULL FROM {table.Target} m CROSS JOIN LATERAL (SELECT {columns}) a WHERE m.tenant_id = $1 AND m.removed_at IS NULL"))
                {
                    mirror.Add(Text(JsonNode.Parse(row)!.AsObject()));
                }

                var feed = replayed.Where(r => r.Key.Entity == table.Entity).Select(r => Text(r.Value)).ToHashSet();
                Assert.True(
                    feed.SetEquals(mirror),
                    $"{table.Entity}: only in the feed: {string.Join(" ", feed.Except(mirror).Take(3))}; only in the mirror: {string.Join(" ", mirror.Except(feed).Take(3))}");
            }
        }

        /// <summary>Whoever follows the feed gives all that names a person his new id, unless the new id has the same already.</summary>
        private static void Rename(Dictionary<(string Entity, string Key), JsonObject> rows, JsonObject renamed)
        {
            var (old, id) = (renamed["former_user_id"]!.GetValue<string>(), renamed["user_id"]!.GetValue<string>());
            foreach (var (key, row) in rows.Where(r => r.Value["user_id"]?.GetValue<string>() == old).ToList())
            {
                rows.Remove(key);
                var moved = JsonNode.Parse(key.Key)!.AsObject();
                moved["user_id"] = id;
                row["user_id"] = id;
                rows.TryAdd((key.Entity, Spaced(moved)), row);
            }
        }

        /// <summary>As PostgreSQL writes it.</summary>
        private static string Spaced(JsonObject key) =>
            $"{{{string.Join(", ", key.Select(p => $"\"{p.Key}\": {p.Value!.ToJsonString()}"))}}}";

        private static string Text(JsonObject row) => string.Join(' ', row.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value?.ToJsonString()}"));

        private async IAsyncEnumerable<(string A, string B, string C, string? D)> RowsAsync(string sql)
        {
            await using var command = harness.Database.DataSource.CreateCommand(sql);
            command.Parameters.Add(new NpgsqlParameter { Value = harness.Tenant.Id });
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                yield return (reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3));
            }
        }
    }
}
