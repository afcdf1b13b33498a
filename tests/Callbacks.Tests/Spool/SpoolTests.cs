using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using WeComSync.Callbacks.Hosting;
using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Spool;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.Domain.Storage;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Spool;

public sealed class SpoolTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_are_moved_into_the_inbox_in_the_order_of_their_arrival()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var stack = await AwayAsync();
        for (var i = 0; i < 300; i++)
        {
            Assert.Equal(KeepResult.Stored, await stack.Keeper.KeepAsync(TestEvents.Make(tenant.Id, i)));
        }

        Assert.Equal(300, stack.Folder.Count);
        await stack.StartDrainAsync(Cancel);
        await Eventually.TrueAsync("the spool is empty", () => stack.IsCalm);

        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"{i}"), (await InboxRows.OfAsync(database, tenant, Cancel)).Select(e => e.ObjectKey!));
        Assert.Equal(1, await InboxRows.CountJobsAsync(database, tenant, Cancel));
        Assert.Equal(0, stack.Folder.Bytes);
    }

    [Fact]
    public async Task File_torn_at_any_byte_is_recognised()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        var spooled = TestEvents.Make(tenant.Id, 1);
        var file = SpoolFile.Write(database.Protector, spooled);

        Assert.Equivalent(spooled, SpoolFile.Read(database.Protector, file));
        for (var length = 0; length < file.Length; length++)
        {
            Assert.Null(SpoolFile.Read(database.Protector, file.AsSpan(0, length)));
        }

        for (var at = 0; at < file.Length; at++)
        {
            var damaged = (byte[])file.Clone();
            damaged[at] ^= 1;
            Assert.Null(SpoolFile.Read(database.Protector, damaged));
        }
    }

    /// <summary>SE 18: the purpose is tenant and field.</summary>
    [Fact]
    public async Task File_shows_nothing_and_does_not_open_for_another_tenant()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        var file = SpoolFile.Write(database.Protector, TestEvents.Make(tenant.Id, 123_456_789));
        Assert.DoesNotContain("123456789", Encoding.Latin1.GetString(file), StringComparison.Ordinal);
        Assert.DoesNotContain("change_contact", Encoding.Latin1.GetString(file), StringComparison.Ordinal);
        BitConverter.TryWriteBytes(file.AsSpan(8), tenant.Id + 1);
        Assert.Null(SpoolFile.Read(database.Protector, file));
    }

    [Fact]
    public async Task Torn_and_foreign_files_are_set_aside_and_the_rest_is_moved()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var stack = await AwayAsync();
        for (var i = 0; i < 10; i++)
        {
            await stack.Keeper.KeepAsync(TestEvents.Make(tenant.Id, i));
        }

        var files = Directory.GetFiles(stack.SpoolPath, "*.event").Order().ToList();
        await File.WriteAllBytesAsync(files[3], (await File.ReadAllBytesAsync(files[3], Cancel))[..100], Cancel);
        await File.WriteAllBytesAsync(files[5], [], Cancel);
        File.Delete(files[7]);
        await stack.StartDrainAsync(Cancel);
        await Eventually.TrueAsync("the spool is empty", () => stack.Folder.Count == 0);

        Assert.Equal(["0", "1", "2", "4", "6", "8", "9"], (await InboxRows.OfAsync(database, tenant, Cancel)).Select(e => e.ObjectKey));
        Assert.Equal(2, stack.Folder.AsideCount);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(stack.SpoolPath, "set-aside")).Length);
    }

    /// <summary>A loop of links stands for every error of the disk or the process that says nothing about the file.</summary>
    [Fact]
    public async Task File_that_cannot_be_read_for_now_waits_and_stops_nobody()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var stack = await AwayAsync();
        for (var i = 0; i < 4; i++)
        {
            await stack.Keeper.KeepAsync(TestEvents.Make(tenant.Id, i));
        }

        var first = Directory.GetFiles(stack.SpoolPath, "*.event").Order().First();
        var content = await File.ReadAllBytesAsync(first, Cancel);
        File.Delete(first);
        File.CreateSymbolicLink(first, first);
        await stack.StartDrainAsync(Cancel);
        await Eventually.TrueAsync("the others are moved", async () => await InboxRows.CountAsync(database, tenant, Cancel) == 3);
        Assert.Equal(0, stack.Folder.AsideCount);
        Assert.Equal(1, stack.Folder.Count);

        File.Delete(first);
        await File.WriteAllBytesAsync(first, content, Cancel);
        await Eventually.TrueAsync("the spool is empty", () => stack.IsCalm);
        Assert.Equal(["1", "2", "3", "0"], (await InboxRows.OfAsync(database, tenant, Cancel)).Select(e => e.ObjectKey));
        Assert.Equal(0, stack.Folder.AsideCount);
    }

    [Fact]
    public async Task Full_spool_refuses_and_keeps_again_when_it_was_drained()
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        await using var stack = await AwayAsync(spoolLimit: 10 * 4096);
        var results = new List<KeepResult>();
        for (var i = 0; i < 15; i++)
        {
            results.Add(await stack.Keeper.KeepAsync(TestEvents.Make(tenant.Id, i)));
        }

        Assert.Equal(10, results.Count(result => result == KeepResult.Stored));
        Assert.All(results.Skip(10), result => Assert.Equal(KeepResult.NotKept, result));
        Assert.False(stack.Keeper.CanKeep);
        Assert.Empty(Directory.GetFiles(stack.SpoolPath, "*.part"));

        await stack.StartDrainAsync(Cancel);
        await Eventually.TrueAsync("the spool is empty", () => stack.IsCalm);
        Assert.Equal(10, await InboxRows.CountAsync(database, tenant, Cancel));
        stack.Breaker.Trip("the test");
        Assert.Equal(KeepResult.Stored, await stack.Keeper.KeepAsync(TestEvents.Make(tenant.Id, 99)));
        Assert.True(stack.Keeper.CanKeep);
    }

    [Fact]
    public void Folder_belongs_to_one_process_at_a_time_and_keeps_what_an_earlier_one_left()
    {
        var path = Directory.CreateTempSubdirectory("wecomsync-spool-").FullName;
        try
        {
            using (var first = Open(path))
            {
                Assert.True(first.TryOpen());
                first.Write([[1], [2], [3]], new string?[3]);
                Assert.Equal(3, first.Count);
                using var second = Open(path);
                Assert.False(second.TryOpen());
                Assert.False(second.IsOpen);
            }

            // What a process that was killed had begun: nobody was told that it was kept.
            File.WriteAllBytes(Path.Combine(path, "00000000000000000001.part"), [1]);
            File.WriteAllText(Path.Combine(path, "notes.txt"), "foreign");
            using var next = Open(path);
            Assert.True(next.TryOpen());
            Assert.Equal(4, next.Count);
            Assert.Equal([1, 2, 3], next.Oldest(3).Select(name => (int)next.Read(name)[0]));
            Assert.Empty(Directory.GetFiles(path, "*.part"));
            next.Write([[4]], new string?[1]);
            Assert.Equal([1, 2, 3, 4], next.Oldest(4).Select(name => (int)next.Read(name)[0]));
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>Whoever looks at any moment, after any death, finds a name only on a whole file.</summary>
    [Fact]
    public async Task Name_of_an_event_comes_only_by_a_rename_of_its_finished_file()
    {
        var path = Directory.CreateTempSubdirectory("wecomsync-spool-").FullName;
        try
        {
            using var folder = Open(path);
            Assert.True(folder.TryOpen());
            var (made, renamed) = (new ConcurrentBag<string>(), new ConcurrentBag<string>());
            using var watcher = new FileSystemWatcher(path);
            watcher.Created += (_, file) => made.Add(file.Name!);
            watcher.Renamed += (_, file) => renamed.Add(file.Name!);
            watcher.EnableRaisingEvents = true;
            folder.Write([[1], [2], [3]], new string?[3]);
            await Eventually.TrueAsync("all have their names", () => made.Count + renamed.Count >= 6);
            Assert.All(made, name => Assert.EndsWith(".part", name, StringComparison.Ordinal));
            Assert.Equal(folder.Oldest(3), renamed.Order(StringComparer.Ordinal));
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    [Fact]
    public void Names_grow_though_the_clock_is_set_back()
    {
        var path = Directory.CreateTempSubdirectory("wecomsync-spool-").FullName;
        try
        {
            var clock = new SteppingClock();
            using var folder = new SpoolFolder(Options(path), clock, NullLogger<SpoolFolder>.Instance);
            Assert.True(folder.TryOpen());
            for (byte i = 0; i < 10; i++)
            {
                folder.Write([[i]], new string?[1]);
                clock.Now -= TimeSpan.FromHours(1);
            }

            Assert.Equal(Enumerable.Range(0, 10), folder.Oldest(10).Select(name => (int)folder.Read(name)[0]));
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    [Fact]
    public void Path_that_cannot_be_a_folder_is_refused_at_start_by_its_key()
    {
        var file = Path.GetTempFileName();
        try
        {
            using var folder = Open(Path.Combine(file, "spool"));
            var wrong = Assert.Throws<ConfigurationException>(folder.Prepare);
            Assert.StartsWith("Callbacks:SpoolPath", wrong.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>G23: a file of an older release, or of a newer one, is read.</summary>
    [Fact]
    public void Stored_form_of_an_event_does_not_change()
    {
        var json = """
            {"TenantId":7,"Channel":"Customers","Digest":"AQI=","ReceivedAt":"2026-01-02T03:04:05.6+00:00","CreateTime":null,"Event":"e","ChangeType":"c","ObjectKey":"k","Payload":"Aw==","Later":1}
            """;
        var file = new byte[16].Concat(database.Protector.Protect(7, SecretFields.CallbackSpool, Encoding.UTF8.GetBytes(json))).ToArray();
        "WCSspool"u8.CopyTo(file);
        file[8] = 7;

        var read = SpoolFile.Read(database.Protector, file)!;
        Assert.Equal((7, Domain.Tenants.Channel.Customers, "e", "c", "k"), (read.TenantId, read.Channel, read.Event, read.ChangeType, read.ObjectKey));
        Assert.Equal([1, 2], read.Digest);
        Assert.Equal([3], read.Payload);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 600, TimeSpan.Zero), read.ReceivedAt);
    }

    private static SpoolFolder Open(string path) => new(Options(path), TimeProvider.System, NullLogger<SpoolFolder>.Instance);

    private static CallbackOptions Options(string path) =>
        new() { ManagementUrl = null, MaxConnections = 1, MostWaiting = 1_000, SpoolPath = path, SpoolLimitBytes = 1 << 30, TrustedProxies = [] };

    /// <summary>A keeper that was told that PostgreSQL is away.</summary>
    private async Task<KeeperStack> AwayAsync(long spoolLimit = 1 << 30)
    {
        var stack = await KeeperStack.StartAsync(database.ConnectionString, await KeeperStack.SecretsAsync(database, Cancel), Cancel, spoolLimit);
        stack.Breaker.Trip("the test");
        return stack;
    }

    private sealed class SteppingClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
