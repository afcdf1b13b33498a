namespace WeComSync.Simulator.Callbacks;

/// <summary>Throws for each event in turn. Used by one thread only.</summary>
internal sealed class FaultDice(CallbackFaults faults)
{
    private readonly Random _random = new(faults.Seed);

    public CallbackFaults Faults => faults;

    /// <returns>How many times the event is sent; 0: never.</returns>
    public int Copies()
    {
        if (_random.NextDouble() < faults.DropProbability)
            return 0;
        return _random.NextDouble() < faults.DuplicateProbability ? _random.Next(2, faults.MostCopies + 1) : 1;
    }

    public TimeSpan Delay() => faults.LeastDelay + (faults.MostDelay - faults.LeastDelay) * _random.NextDouble();

    public void Shuffle<T>(T[] items) => _random.Shuffle(items);
}
