namespace WeComSync.Worker.Commands;

/// <summary>Leaves signals to <see cref="StopSignals"/>, which every command obeys, and banners to nobody.</summary>
internal sealed class SignalsOnly : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
