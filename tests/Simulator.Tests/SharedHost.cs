using WeComSync.Simulator.Tests;

[assembly: AssemblyFixture(typeof(SharedHost))]

namespace WeComSync.Simulator.Tests;

/// <summary>One host for all tests, each of which adds its own company. Tests of what is the host's own start another.</summary>
public sealed class SharedHost : IAsyncLifetime
{
    public SimulatorHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Host = await SimulatorHost.StartAsync(new SimulatorOptions(), TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
