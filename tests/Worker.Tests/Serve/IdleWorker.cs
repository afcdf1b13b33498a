using WeComSync.TestKit;
using Xunit;

namespace WeComSync.Worker.Tests.Serve;

/// <summary>One worker with a database for all tests of a class. It is built and never started: nothing happens by itself.</summary>
public sealed class IdleWorker : IAsyncLifetime
{
    private TestWorker? worker;

    public TestDatabase Database { get; } = new();

    internal TestWorker Worker => worker ?? throw new InvalidOperationException("The worker is not built yet.");

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        worker = TestWorker.Build(Database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (worker is not null)
        {
            await worker.DisposeAsync();
        }

        await Database.DisposeAsync();
    }
}
