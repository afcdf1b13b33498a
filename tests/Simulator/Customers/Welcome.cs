using WeComSync.Simulator.Generation;

namespace WeComSync.Simulator.Customers;

/// <summary>The one welcome message that an adding allows. Every event server has a code of its own for it.</summary>
public sealed class Welcome
{
    private readonly int _seed;
    private readonly int _number;

    internal Welcome(int seed, int number, DateTimeOffset madeAt)
    {
        _seed = seed;
        _number = number;
        MadeAt = madeAt;
    }

    internal DateTimeOffset MadeAt { get; }

    internal DateTimeOffset? UsedAt { get; set; }

    internal string? UsedBy { get; set; }

    /// <param name="channel"><c>customers</c> or an application such as <c>app:1000002</c>.</param>
    public string CodeFor(string channel) => Dice.Of($"{channel}/welcome/{_seed}", _number).Text("", 43);
}
