using System.Text;

namespace WeComSync.Simulator.Generation;

/// <summary>
/// Chances that follow from a number alone and cost next to nothing to begin, so that a made-up record need not be kept: it is
/// made up again, the same, each time it is asked for.
/// </summary>
internal struct Dice(ulong state)
{
    /// <summary>64 characters.</summary>
    public const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private ulong _state = state;

    public static Dice Of(int seed, string what, int index = 0) => Of($"{what}/{seed}", index);

    public static Dice Of(string what, int index = 0)
    {
        var hash = 14_695_981_039_346_656_037;
        foreach (var letter in what)
            hash = (hash ^ letter) * 1_099_511_628_211;
        return new Dice(hash ^ Scrambled((ulong)index));
    }

    /// <summary>A different number for each number, without any order to be seen.</summary>
    public static ulong Scrambled(ulong number)
    {
        number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
        number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
        return number ^ (number >> 31);
    }

    public ulong Next() => Scrambled(_state += 0x9E3779B97F4A7C15);

    /// <returns>0 to one less.</returns>
    public int Next(int below) => (int)Math.BigMul(Next(), (ulong)below, out _);

    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double share) => NextDouble() < share;

    public T Pick<T>(T[] from) => from[Next(from.Length)];

    /// <summary>As ids of WeCom look.</summary>
    public string Text(string prefix, int length)
    {
        Span<char> text = stackalloc char[length];
        prefix.CopyTo(text);
        for (var i = prefix.Length; i < length; i++)
            text[i] = Alphabet[(int)(Next() >> 58)];
        return new string(text);
    }

    public string Hex(int length)
    {
        var text = new StringBuilder(length);
        while (text.Length < length)
            text.Append(Next().ToString("x16", null));
        return text.ToString(0, length);
    }
}
