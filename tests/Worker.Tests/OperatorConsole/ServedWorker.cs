using WeComSync.TestKit;
using WeComSync.Worker.Tests.Serve;
using Xunit;

namespace WeComSync.Worker.Tests.OperatorConsole;

/// <summary>One worker with a database for all tests of a class.</summary>
public sealed class ServedWorker : IAsyncLifetime
{
    private TestWorker? worker;

    public TestDatabase Database { get; } = new();

    internal TestWorker Worker => worker ?? throw new InvalidOperationException("The worker is not started yet.");

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        worker = await TestWorker.StartAsync(Database.ConnectionString);
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
