using CsCheck;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Customers;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Events.Customers;

/// <summary>Events lost, doubled and reordered between changes that go on: after one whole pull the mirror is as the company is.</summary>
public sealed class CustomerModelTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string OneSided = "del_follow_user";
    private const int Steps = 60;
    private const int Phases = 4;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_one_pull_the_mirror_equals_the_truth(bool quirks)
    {
        await using var harness = await SyncHarness.StartAsync(database, new CorpOptions
        {
            People = 6, Departments = 2, Seed = 61,
            Customers = new CustomerOptions { Count = 40, Relations = 60, TagGroups = 2, GroupChats = 3, IdleShare = 0 },
            Settings = new CorpSettings
            {
                Customers = quirks ? new CustomerSettings { StaleFollowerFor = TimeSpan.FromSeconds(2), ReaddingKeepsData = true } : new CustomerSettings(),
            },
        });
        await harness.MirrorCustomersAsync();
        // Lost events leave much to remove at once; the guard has its own tests.
        await harness.ScalarAsync<long>("UPDATE control.tenants SET max_removed_percent = 100, max_removed = 100000 WHERE id = $1 RETURNING id");
        await Gen.Int[0, int.MaxValue - 1].SampleAsync(seed => RunAsync(harness, new Random(seed)), iter: TestServer.LongRun ? 60 : 3, threads: 1);
    }

    private static async Task RunAsync(SyncHarness harness, Random random)
    {
        using var feed = new CustomerFeed(harness);
        var late = new List<CustomerEventText>();
        var happened = new Dictionary<string, CustomerEventText>();
        var delivered = new HashSet<CustomerEventText>(ReferenceEqualityComparer.Instance);
        for (var phase = 0; phase < Phases; phase++)
        {
            for (var step = 0; step < Steps / Phases; step++)
            {
                Happen(harness, random);
            }

            var taken = feed.Take();
            foreach (var told in taken.Where(t => t.Event.ChangeType == OneSided))
            {
                happened[told.Event.Fields] = told;
            }

            late.AddRange(taken.SelectMany(told => Enumerable.Repeat(told, random.Next(0, 3))));
            var now = late.Where(_ => phase == Phases - 1 || random.Next(2) == 0).ToArray();
            late.RemoveAll(now.Contains);
            random.Shuffle(now);
            foreach (var told in now)
            {
                await feed.StoreAsync(told);
                delivered.Add(told);
            }

            await harness.DrainAsync();
        }

        await harness.MirrorCustomersAsync();
        await harness.AssertCustomersAreTrueAsync();
        await AssertOneSidedAreMarkedAsync(harness, relation =>
            happened.TryGetValue(CustomerEvent.Contact(OneSided, relation.UserId, relation.ExternalUserId).Fields, out var told) && delivered.Contains(told));
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND state IN ('waiting', 'parked')"));
    }

    /// <summary>What no reading tells: a customer deleted the member. The mirror knows it of everybody whose last such event came.</summary>
    private static async Task AssertOneSidedAreMarkedAsync(SyncHarness harness, Func<Relation, bool> told)
    {
        var marked = (await harness.ScalarAsync<string[]>("""
            SELECT COALESCE(array_agg(user_id || '|' || external_user_id), '{}') FROM mirror.follows
            WHERE tenant_id = $1 AND removed_at IS NULL AND deleted_by_customer_at IS NOT NULL
            """)).ToHashSet();
        Assert.All(
            harness.Corp.Customers.Relations.Where(r => r.Follow.IsDeletedByCustomer && told(r)),
            r => Assert.Contains($"{r.UserId}|{r.ExternalUserId}", marked));
    }

    private static void Happen(SyncHarness harness, Random random)
    {
        var world = harness.Corp.Customers;
        var member = harness.World.People[random.Next(harness.World.People.Count)].UserId;
        var relations = world.RelationsOf(member);
        var one = relations.Count > 0 ? relations[random.Next(relations.Count)].ExternalUserId : null;
        try
        {
            switch (random.Next(9))
            {
                case 0:
                    world.Add(member);
                    break;
                case 1:
                    world.Add(member, world.Customers.ElementAt(random.Next(world.CustomerCount)).ExternalUserId);
                    break;
                case 2 when one is not null && relations.Count > 2:
                    world.Delete(member, one);
                    break;
                case 3 when one is not null && relations.Count > 2:
                    world.Delete(member, one);
                    world.Add(member, one);
                    break;
                case 4 when one is not null:
                    world.DeleteByCustomer(member, one);
                    break;
                case 5 when one is not null:
                    world.Edit(member, one, f => f with { Remark = $"备注{random.Next(100)}" });
                    break;
                case 6:
                    world.AddHalf(member);
                    break;
                case 7:
                    world.AddTag(world.TagGroups.First(g => !g.IsRule).Id, $"标签{random.Next()}");
                    break;
                case 8 when one is not null:
                    world.JoinChat(world.Chats.First().ChatId, [one]);
                    break;
            }
        }
        catch (WorldRuleException)
        {
            // WeCom would not let it happen either.
        }
    }
}
