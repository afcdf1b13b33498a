using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Domain.Runs;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using WeComSync.Worker.Sync;
using Xunit;

namespace WeComSync.Worker.Tests.Sync;

/// <summary>
/// Random companies, edits, faults, events, full and incremental syncs in any order: nobody who is there is removed, no more than the guard
/// allows, whoever is renamed stays who he is, and what a sync read before an event was applied changes nothing of it. After one good full
/// sync the mirror is the truth, and the change feed replayed from its beginning is the mirror.
/// </summary>
public sealed class ModelTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int AtOnce = 3;

    private static readonly Gen<(int Kind, int A, int B)[]> Histories =
        Gen.Select(Gen.Int[0, 22], Gen.Int[0, 999], Gen.Int[0, 999], (kind, a, b) => (kind, a, b)).Array[1, 9];

    [Fact]
    public async Task Any_history_ends_in_the_truth()
    {
        await using var host = await SyncHarness.StartAsync(database, new CorpOptions { Seed = 80 });
        var histories = TestServer.LongRun ? 10_000 : 300;
        await Histories.SampleAsync(
            async history =>
            {
                var world = history.Length;
                await using var harness = await host.WithAnotherAsync(
                    new CorpOptions { People = 12, Departments = 5, Tags = 2, Seed = 81 + world, AppIsNew = world % 2 == 0 });
                var player = new Player(harness);
                if (world % 3 == 0)
                {
                    await player.LimitRemovalsAsync(1);
                }

                await player.PlayAsync(history);
            },
            iter: histories, threads: AtOnce);
    }

    /// <summary>Plays one history.</summary>
    private sealed class Player(SyncHarness harness)
    {
        private readonly List<Person> leavers = [];
        private readonly List<(string Change, (string Name, string Value)[] Elements)> untold = [];
        private readonly Dictionary<string, int> removed = [];
        private int mostRemoved = int.MaxValue;

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
            await LimitRemovalsAsync(1000);
            // What the guard held before waits for a person's word, whatever it would allow by now.
            await harness.Services.GetRequiredService<HeldRemovals>().DecideAsync(
                harness.Tenant.Id, HeldDecision.Approved, null, [], "test", TestContext.Current.CancellationToken);
            await harness.MirrorAsync();
            await harness.AssertMirrorIsTrueAsync();
        }

        /// <summary>So many departments or people may be removed in a day without a person's word.</summary>
        public async Task LimitRemovalsAsync(int most)
        {
            mostRemoved = most;
            await harness.ScalarAsync<long>("UPDATE control.tenants SET max_removed = $2, max_removed_percent = 100 WHERE id = $1 RETURNING id", most);
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
                    await TellAsync(change, elements);
                    break;
                case 14:
                    await harness.DrainAsync();
                    break;
                case 15:
                    harness.Corp.App.Range = b % 2 == 0 ? VisibleRange.WholeCompany : VisibleRange.OfDepartments(department);
                    break;
                case 16:
                    await SyncAsync(full: true);
                    break;
                case 17:
                    await harness.FullAsync(dryRun: true);
                    break;
                case 18:
                    await SyncAsync(full: false);
                    break;
                case 19:
                    await FaultyAsync(a, full: b % 2 == 0, FaultOf(b));
                    break;
                case 20 when person is not null:
                    await OvertakenAsync(person.UserId, $"后{b}", call: a % 12 + 1, full: b % 2 == 0);
                    break;
                case 21 when person is not null:
                    await TellAsync("update_user", [("UserID", person.UserId), ("NewUserID", World.ChangeUserId(person.UserId, $"t{a}.{b}").UserId)]);
                    break;
                case 22 when person is not null:
                    await RenamedUntoldAsync(person, $"u{a}.{b}");
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

        private async Task<SyncReport> SyncAsync(bool full)
        {
            var report = full ? await harness.FullAsync() : await harness.IncrementalAsync();
            if (report.State is RunState.Done or RunState.Partial)
            {
                foreach (var entity in (string[])["user", "department"])
                {
                    removed[entity] = removed.GetValueOrDefault(entity) + report.Counts[entity].Removed;
                    Assert.True(removed[entity] <= mostRemoved, $"{removed[entity]} of kind {entity} were removed, and {mostRemoved} may be");
                }
            }

            return report;
        }

        private async Task TellAsync(string change, (string Name, string Value)[] elements)
        {
            const string row = "SELECT COALESCE((SELECT ref::text FROM mirror.users WHERE tenant_id = $1 AND lower(user_id) = lower($2) AND (removed_at IS NULL OR $3)), '')";
            var renamed = elements is [var (_, old), ("NewUserID", var id)] && await harness.ScalarAsync<string>(row, id, true) == ""
                ? (Id: id, Ref: await harness.ScalarAsync<string>(row, old, false)) : default;
            var told = await harness.TellAsync(change, elements);
            if (renamed is { Ref: not (null or "") })
            {
                await harness.DrainAsync();
                Assert.Equal(
                    ("applied", renamed.Ref), (await harness.StateOfAsync(told), await harness.ScalarAsync<string>(row, renamed.Id, true)));
            }
        }

        /// <summary>Of a rename nobody tells: where the mirror has the same name and number, the next whole sync finds it.</summary>
        private async Task RenamedUntoldAsync(Person person, string id)
        {
            const string row = """
                SELECT COALESCE((
                    SELECT ref::text FROM mirror.users WHERE tenant_id = $1 AND user_id = $2 AND name = $3 AND mobile = $4 AND mobile <> '' AND removed_at IS NULL), '')
                """;
            var before = await harness.ScalarAsync<string>(row, person.UserId, person.Name, person.Mobile ?? "");
            harness.Corp.App.Range = VisibleRange.WholeCompany;
            var renamed = World.ChangeUserId(person.UserId, id);
            var report = await SyncAsync(full: true);
            if (before != "" && report.State == RunState.Done)
            {
                Assert.Equal(before, await harness.ScalarAsync<string>(row, renamed.UserId, renamed.Name, renamed.Mobile ?? ""));
            }
        }

        /// <summary>Somebody's new name is read because of an event while a sync goes on, whatever that has read of him.</summary>
        private async Task OvertakenAsync(string userId, string name, int call, bool full)
        {
            var calls = 0;
            var isRead = false;
            harness.Simulator.Asked += Overtake;
            await SyncAsync(full);
            harness.Simulator.Asked -= Overtake;
            Assert.True(!isRead || await IsNamedAsync(), $"{userId} is no longer {name}, as he was read in the middle of a sync");

            // On the thread that answers: the sync waits for its answer, and so for the event.
            void Overtake(Corp corp, string path, JsonElement body)
            {
                if (corp == harness.Corp && Interlocked.Increment(ref calls) == call)
                {
                    isRead = ApplyAsync().GetAwaiter().GetResult();
                }
            }

            async Task<bool> ApplyAsync()
            {
                World.Update(userId, p => p with { Name = name });
                await harness.TellAsync("update_user", [("UserID", userId)]);
                await harness.DrainAsync();
                return await IsNamedAsync();
            }

            Task<bool> IsNamedAsync() => harness.ScalarAsync<bool>(
                "SELECT EXISTS (SELECT FROM mirror.users WHERE tenant_id = $1 AND user_id = $2 AND name = $3 AND removed_at IS NULL)", userId, name);
        }

        private async Task FaultyAsync(int call, bool full, Fault fault)
        {
            var before = await RemovedAsync();
            harness.Simulator.Faults.AtCall(harness.Corp, call % 12 + 1, fault);
            var report = await SyncAsync(full);
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
    }
}
