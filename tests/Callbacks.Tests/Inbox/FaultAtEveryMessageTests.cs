using WeComSync.Callbacks.Inbox;
using WeComSync.Callbacks.Keys;
using WeComSync.Callbacks.Tests.Kit;
using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Callbacks.Tests.Inbox;

/// <summary>G2: one accept, with the connection cut, and with it black-holed, instead of each of its messages in turn.</summary>
public sealed class FaultAtEveryMessageTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(PostgresFault.Cut, true)]
    [InlineData(PostgresFault.Cut, false)]
    [InlineData(PostgresFault.BlackHole, true)]
    [InlineData(PostgresFault.BlackHole, false)]
    public async Task Acknowledged_event_is_in_the_inbox_once_wherever_the_fault_strikes(PostgresFault fault, bool onNewConnection)
    {
        var tenant = await TestTenant.AddAsync(database, Cancel);
        var secrets = await KeeperStack.SecretsAsync(database, Cancel);
        var messages = await AcceptAsync(tenant, secrets, fault, strikeAt: 0, onNewConnection);
        Assert.InRange(messages, onNewConnection ? 20 : 5, 100);

        await Parallel.ForAsync(
            1,
            messages + 1,
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel },
            async (message, _) => await AcceptAsync(tenant, secrets, fault, message, onNewConnection));
        TestContext.Current.TestOutputHelper?.WriteLine($"{fault}, new connection {onNewConnection}: {messages} messages");
    }

    /// <returns>Without a fault, how many messages one accept has.</returns>
    private async Task<int> AcceptAsync(TestTenant tenant, SecretKeys secrets, PostgresFault fault, int strikeAt, bool onNewConnection)
    {
        await using var proxy = new TcpFaultProxy(database.ConnectionString);
        await using var stack = await KeeperStack.StartAsync(proxy.ConnectionString, secrets, Cancel);
        await stack.StartDrainAsync(Cancel);
        // After some statements the connection is open, the statement prepared, and PostgreSQL's types are known. A busy machine may
        // open the breaker meanwhile.
        var number = strikeAt * 1000;
        await Eventually.TrueAsync("the keeper is warm", async () =>
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(KeepResult.Stored, await stack.Keeper.KeepAsync(TestEvents.Make(tenant.Id, ++number)));
            }

            return stack.IsCalm;
        });
        number++;

        if (onNewConnection)
        {
            stack.Source.Clear();
            // The last message of a closed connection must not be counted as one of the next.
            await Eventually.TrueAsync("the old connection is closed", () => proxy.Connections == 0);
        }

        proxy.Arm(strikeAt, fault);
        var result = await stack.Keeper.KeepAsync(TestEvents.Make(tenant.Id, number)).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        // A cut instead of the last message may strike after the answer is complete.
        Assert.Equal(KeepResult.Stored, result);
        if (strikeAt == 0)
        {
            return (int)proxy.Seen;
        }

        // On a busy machine the deadline may pass before the message does.
        await Eventually.TrueAsync($"the fault strikes at message {strikeAt}", () => proxy.HasStruck);
        proxy.Heal();
        await Eventually.TrueAsync("the spool is empty and the breaker closed", () => stack.IsCalm);
        Assert.Equal(1, await InboxRows.ScalarAsync(
            database, "SELECT count(*) FROM control.callback_events WHERE tenant_id = $1 AND object_key = $2", Cancel, tenant.Id, $"{number}"));
        Assert.Equal(0, stack.Folder.AsideCount);
        return 0;
    }
}
