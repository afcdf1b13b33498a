using WeComSync.Simulator.Corps;

namespace WeComSync.TestKit;

/// <summary>How much of a simulated company a mirror can know.</summary>
internal sealed record TruthView
{
    /// <summary>A mirror of the directory alone, read by an application that sees the whole company.</summary>
    public static readonly TruthView Everything = new();

    /// <summary>A mirror of the customers alone.</summary>
    public static readonly TruthView CustomersAlone = new() { Directory = false, Customers = true };

    /// <summary>False: nobody has read the directory, so the mirror has nothing of it.</summary>
    public bool Directory { get; init; } = true;

    /// <summary>False: nobody has read the customers, so the mirror has nothing of them.</summary>
    public bool Customers { get; init; }

    /// <summary>Fields that the reader never got; null: those that the first application does not get now.</summary>
    public PersonalFields? Hidden { get; init; }

    /// <summary>Whoever is out of the application's sight has never been in it: of him only ids are known.</summary>
    public bool OnlyVisible { get; init; }

    /// <summary>False: some events are lost, so members' own tags, which no whole reading tells, may be what they were.</summary>
    public bool EveryEvent { get; init; } = true;
}
