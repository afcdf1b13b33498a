using CsCheck;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Customers;
using WeComSync.Simulator.Worlds;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Events.Customers;

/// <summary>
/// Events lost, doubled and reordered between changes that go on: after one whole pull the mirror is as the company is, except for what
/// only lost events knew; and when they come after all, it still is, and knows that too.
/// </summary>
public sealed class CustomerModelTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string OneSided = "del_follow_user";
    private const int Steps = 60;
    private const int Phases = 4;

    /// <summary>
    /// Histories that once went wrong: a stale answer right after the last pull, and a customer who left where only an end before was known.
    /// </summary>
    private static readonly int[] Remembered = [161959613, 659824840];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_one_pull_the_mirror_equals_the_truth(bool quirks)
    {
        await using var host = await SyncHarness.StartAsync(database, new CorpOptions { Seed = 60 });
        // Seconds that pass between two steps are taken from here: the company's clock never goes faster than ours.
        host.Simulator.Clock.Advance(TimeSpan.FromMinutes(-45));
        foreach (var seed in quirks ? Remembered : [])
        {
            await PlayAsync(seed);
        }

        await Gen.Int[0, int.MaxValue - 1].SampleAsync(PlayAsync, iter: TestServer.LongRun ? 60 : quirks ? 1 : 3, threads: 1);

        async Task PlayAsync(int seed)
        {
            await using var harness = await host.WithAnotherAsync(Company(quirks));
            await RunAsync(harness, new Random(seed));
        }
    }

    /// <summary>Its chunk of members has several pages.</summary>
    private static CorpOptions Company(bool quirks) => new()
    {
        People = 6, Departments = 2, Seed = 61,
        Customers = new CustomerOptions { Count = 40, Relations = 60, TagGroups = 2, GroupChats = 3, IdleShare = 0 },
        Settings = new CorpSettings
        {
            Customers = new CustomerSettings
            {
                FollowsPerPage = 20,
                StaleFollowerFor = quirks ? TimeSpan.FromSeconds(2) : TimeSpan.Zero,
                ReaddingKeepsData = quirks,
            },
        },
    };

    private static async Task RunAsync(SyncHarness harness, Random random)
    {
        await harness.MirrorCustomersAsync();
        // What happens from now on happens after that reading.
        await harness.AgeAsync(TimeSpan.FromHours(1));
        // Lost events leave much to remove at once; the guard has its own tests.
        await harness.ScalarAsync<long>("UPDATE control.tenants SET max_removed_percent = 100, max_removed = 100000 WHERE id = $1 RETURNING id");
        using var feed = new CustomerFeed(harness);
        var happened = new List<CustomerEventText>();
        var late = new List<CustomerEventText>();
        var lost = new List<CustomerEventText>();
        for (var phase = 0; phase < Phases; phase++)
        {
            for (var step = 0; step < Steps / Phases; step++)
            {
                Happen(harness, random);
            }

            foreach (var told in feed.Take())
            {
                happened.Add(told);
                var copies = random.Next(0, 3);
                (copies == 0 ? lost : late).AddRange(Enumerable.Repeat(told, Math.Max(1, copies)));
            }

            var comes = late.ToLookup(_ => phase == Phases - 1 || random.Next(2) == 0);
            late = [.. comes[false]];
            await DeliverAsync(harness, feed, random, [.. comes[true]]);
        }

        await harness.MirrorCustomersAsync();
        await harness.AssertMirrorIsTrueAsync(TruthView.CustomersAlone with { EveryEvent = false });
        var known = happened.Except(lost).Where(told => told.Event.ChangeType == OneSided).Select(told => told.Event.Fields).ToHashSet();
        var marked = await MarkedAsync(harness);
        Assert.All(
            harness.Corp.Customers.Relations.Where(r => r.Follow.IsDeletedByCustomer && known.Contains(EndOf(r)) && !lost.Exists(l => l.Event.Fields == EndOf(r))),
            r => Assert.Contains(NameOf(r), marked));

        await DeliverAsync(harness, feed, random, [.. lost]);
        await harness.AssertCustomersAreTrueAsync();
        Assert.Equal(
            harness.Corp.Customers.Relations.Where(r => r.Follow.IsDeletedByCustomer).Select(NameOf).Order(StringComparer.Ordinal),
            (await MarkedAsync(harness)).Order(StringComparer.Ordinal));
        await AssertPersonalTagsAreKnownAsync(harness, happened);
    }

    private static async Task DeliverAsync(SyncHarness harness, CustomerFeed feed, Random random, CustomerEventText[] events)
    {
        random.Shuffle(events);
        foreach (var told in events)
        {
            await feed.StoreAsync(told);
        }

        await harness.DrainAsync();
        await harness.RetryAsync();
        Assert.Equal(0L, await harness.ScalarAsync<long>("SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND state IN ('waiting', 'parked')"));
    }

    private static string NameOf(Relation relation) => $"{relation.UserId}|{relation.ExternalUserId}";

    private static string EndOf(Relation relation) => CustomerEvent.Contact(OneSided, relation.UserId, relation.ExternalUserId).Fields;

    /// <summary>What no reading tells: a customer deleted the member.</summary>
    private static async Task<HashSet<string>> MarkedAsync(SyncHarness harness) => [.. await harness.ScalarAsync<string[]>("""
        SELECT COALESCE(array_agg(user_id || '|' || external_user_id), '{}') FROM mirror.follows
        WHERE tenant_id = $1 AND removed_at IS NULL AND deleted_by_customer_at IS NOT NULL
        """)];

    /// <summary>
    /// What no batch tells: members' own tags. The mirror has them of every customer about whom an event made it ask, also that there are
    /// none; of others it says nothing, or what is true.
    /// </summary>
    private static async Task AssertPersonalTagsAreKnownAsync(SyncHarness harness, List<CustomerEventText> happened)
    {
        const string unknown = "?";
        var asked = happened.Where(told => told.Event.ChangeType is "add_external_contact" or "edit_external_contact").Select(told => told.Key).ToHashSet();
        var mirrored = (await harness.ScalarAsync<string[]>(
            """
            SELECT COALESCE(array_agg(concat_ws('|', user_id, external_user_id, COALESCE(array_to_string(personal_tags, ','), $2))), '{}')
            FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NULL
            """, unknown)).ToHashSet();
        Assert.All(harness.Corp.Customers.Relations, relation =>
        {
            var own = string.Join(',', relation.Follow.PersonalTags.Select(t => t.Name).Distinct().Order(StringComparer.Ordinal));
            Assert.True(
                mirrored.Contains($"{NameOf(relation)}|{own}") || (!asked.Contains(relation.ExternalUserId) && mirrored.Contains($"{NameOf(relation)}|{unknown}")),
                $"{NameOf(relation)} has not '{own}' but {mirrored.Single(m => m.StartsWith(NameOf(relation), StringComparison.Ordinal))}");
        });
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
                    AddAgain(world.Customers.ElementAt(random.Next(world.CustomerCount)).ExternalUserId);
                    break;
                case 2 when one is not null && relations.Count > 2:
                    world.Delete(member, one);
                    break;
                case 3 when one is not null && relations.Count > 2:
                    world.Delete(member, one);
                    AddAgain(one);
                    break;
                case 4 when one is not null:
                    world.DeleteByCustomer(member, one);
                    break;
                case 5 when one is not null:
                    world.Edit(member, one, f => f with { Remark = $"备注{random.Next(100)}", PersonalTags = [new PersonalTag("我的", $"爱好{random.Next(9)}")] });
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

        void AddAgain(string externalUserId)
        {
            // An event's time has whole seconds, and of an end and a beginning in the same one nobody could tell the order.
            harness.Simulator.Clock.Advance(TimeSpan.FromSeconds(1));
            world.Add(member, externalUserId);
        }
    }
}
