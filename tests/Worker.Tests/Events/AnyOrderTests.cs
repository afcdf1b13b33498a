using CsCheck;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Events;

/// <summary>Events in any order, repeated, with gaps, and between changes that are still going on: the mirror ends as the company does.</summary>
public sealed class AnyOrderTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int PeopleAtOnce = 60;
    private const int Phases = 6;

    private static readonly long[] Departments = [1, 2, 3, 4];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Same_end_state(bool visible)
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions
        {
            People = 0,
            Departments = 1,
            Seed = 41,
            AppRange = visible ? VisibleRange.WholeCompany : VisibleRange.OfDepartments(6),
        });
        foreach (var id in Enumerable.Range(2, 5))
        {
            harness.World.AddDepartment($"部门{id}", id: id);
        }

        harness.World.Hire("somebody", "某人", 6);
        await harness.MirrorAsync();
        var samples = (TestServer.LongRun ? 20_000 : 300) / PeopleAtOnce;
        await Gen.Int[0, int.MaxValue - 1].SampleAsync(seed => RunAsync(harness, seed, visible), iter: samples, threads: 1);
    }

    private static async Task RunAsync(SyncHarness harness, int seed, bool visible)
    {
        var random = new Random(seed);
        var people = Enumerable.Range(0, PeopleAtOnce).Select(i => Script($"p{seed}.{i}", random)).ToList();
        var start = DateTimeOffset.UtcNow.AddHours(-1);
        for (var phase = 0; phase < Phases; phase++)
        {
            foreach (var step in people.SelectMany(p => p).Where(s => s.HappensIn == phase))
            {
                Happen(harness.World, step);
            }

            var told = people.SelectMany(p => p).SelectMany(s => s.ToldIn.Where(p => p == phase).Select(_ => s)).ToArray();
            random.Shuffle(told);
            foreach (var step in told)
            {
                await harness.TellAsync(step.Change, step.Elements, at: visible ? step.HappenedAt : start.AddSeconds(step.Number * 2));
            }

            await harness.DrainAsync();
        }

        await harness.AssertMirrorIsTrueAsync(new TruthView { OnlyVisible = !visible });
        Assert.Equal(0L, await harness.ScalarAsync<long>(
            "SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND state <> 'applied'"));
    }

    /// <summary>What happens to one person, and when it is told: the last change always, a new id always, the others perhaps.</summary>
    private static List<Step> Script(string userId, Random random)
    {
        var steps = new List<Step>();
        var (id, there, renamed) = (userId, false, false);
        var phase = 0;
        for (var number = 0; number < random.Next(1, 7); number++)
        {
            phase = random.Next(phase, Phases);
            var departments = Departments.Where(_ => random.Next(2) == 0).DefaultIfEmpty(1).ToArray();
            var list = ("Department", string.Join(',', departments));
            var choice = random.Next(4);
            if (!there)
            {
                steps.Add(new Step(number, phase, "create_user", [("UserID", id), list], id, null, departments));
                there = true;
            }
            else if (choice == 0)
            {
                steps.Add(new Step(number, phase, "delete_user", [("UserID", id)], id, null, null));
                there = false;
            }
            else if (choice == 1 && !renamed)
            {
                steps.Add(new Step(number, phase, "update_user", [("UserID", id), ("NewUserID", $"{id}.new"), list], id, $"{id}.new", departments));
                (id, renamed) = ($"{id}.new", true);
            }
            else
            {
                steps.Add(new Step(number, phase, "update_user", [("UserID", id), list], id, null, departments));
            }
        }

        foreach (var step in steps)
        {
            var times = step == steps[^1] || step.NewUserId is not null ? random.Next(1, 4) : random.Next(0, 4);
            step.ToldIn.AddRange(Enumerable.Range(0, times).Select(_ => random.Next(step.HappensIn, Phases)));
        }

        return steps;
    }

    private static void Happen(World world, Step step)
    {
        step.HappenedAt = DateTimeOffset.UtcNow;
        switch (step.Change)
        {
            case "create_user":
                world.Hire(new Person
                {
                    UserId = step.UserId,
                    Name = "某人",
                    HasGeneratedUserId = true,
                    Memberships = [.. step.Departments!.Select(d => new Membership(d))],
                });
                break;
            case "delete_user":
                world.Leave(step.UserId);
                break;
            default:
                world.Move(step.UserId, step.Departments!);
                if (step.NewUserId is { } renamed)
                {
                    world.ChangeUserId(step.UserId, renamed);
                }

                break;
        }
    }

    private sealed record Step(
        int Number, int HappensIn, string Change, (string, string)[] Elements, string UserId, string? NewUserId, long[]? Departments)
    {
        public List<int> ToldIn { get; } = [];

        public DateTimeOffset HappenedAt { get; set; }
    }
}
