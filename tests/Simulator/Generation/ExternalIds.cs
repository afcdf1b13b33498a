namespace WeComSync.Simulator.Generation;

/// <summary>
/// External userids that tell, to this company only, whose they are: no index from id to customer has to be kept for a million.
/// </summary>
internal sealed class ExternalIds(int seed)
{
    private const int Digits = 6;
    private const int Length = 32;
    private const ulong Mask = (1UL << (6 * Digits)) - 1;
    // Odd, so that every number has another one, and its inverse brings it back.
    private const ulong Spread = 0xB_5297_A4D9 | 1;

    private static readonly ulong Gather = Inverse(Spread);

    private readonly ulong _shift = Dice.Of(seed, "external").Next() & Mask;

    public string Of(int index, bool isWeCom) => string.Create(Length, (index, isWeCom, seed, _shift), static (id, from) =>
    {
        "w".CopyTo(id);
        id[1] = from.isWeCom ? 'o' : 'm';
        var number = (((ulong)from.index * Spread) + from._shift) & Mask;
        for (var i = 0; i < Digits; i++, number >>= 6)
            id[2 + i] = Dice.Alphabet[(int)(number & 63)];
        var dice = new Dice(((ulong)from.seed << 32) ^ (ulong)from.index);
        for (var i = 2 + Digits; i < Length; i++)
            id[i] = Dice.Alphabet[(int)(dice.Next() >> 58)];
    });

    /// <returns>Whose it would be, if it is one of ours at all; null: certainly not.</returns>
    public int? IndexOf(string id)
    {
        if (id.Length != Length)
            return null;
        ulong number = 0;
        for (var i = Digits - 1; i >= 0; i--)
        {
            var digit = Dice.Alphabet.IndexOf(id[2 + i], StringComparison.Ordinal);
            if (digit < 0)
                return null;
            number = (number << 6) | (uint)digit;
        }
        var index = ((number - _shift) * Gather) & Mask;
        return index <= int.MaxValue ? (int)index : null;
    }

    private static ulong Inverse(ulong odd)
    {
        var inverse = odd;
        for (var i = 0; i < 6; i++)
            inverse *= 2 - (odd * inverse);
        return inverse & Mask;
    }
}
