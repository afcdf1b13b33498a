using System.Collections.Immutable;
using WeComSync.Simulator.Limits;

namespace WeComSync.Simulator;

/// <summary>What is the same for all companies of one simulator.</summary>
public sealed record SimulatorOptions
{
    /// <summary>0: any free port.</summary>
    public int Port { get; init; }

    /// <summary>
    /// The public address that calls seem to come from: named in error texts and compared with trusted IPs. Everything really
    /// comes from this machine. Null: the true address.
    /// </summary>
    public string? CallerAddress { get; init; } = "203.0.113.10";

    /// <summary>Over all companies, per address and endpoint.</summary>
    public RateLimits AddressLimits { get; init; } = new() { PerMinute = 20_000, PerHour = 600_000 };

    /// <summary>Wrong secrets from one address within an hour after which gettoken refuses it for an hour. 0: never.</summary>
    public int WrongSecretsBeforeBan { get; init; } = 2000;

    public ImmutableArray<string> CallbackAddresses { get; init; } = ["101.226.103.61", "101.226.103.*", "183.3.234.105"];

    public ImmutableArray<string> ApiAddresses { get; init; } = ["182.254.11.176", "182.254.78.66"];

    /// <summary>What the clock of the simulator is moved forward from.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
