using System.Globalization;

namespace WeComSync.Benchmarks;

/// <summary>The smallest, the middle and the largest of some figures.</summary>
internal readonly record struct Spread(double Min, double Median, double Max)
{
    /// <summary>Nineteen of twenty figures are not above it.</summary>
    public double P95 { get; private init; }

    public static Spread Of(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        return new Spread(sorted[0], (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, sorted[^1]) { P95 = sorted[(int)Math.Ceiling(sorted.Length * 0.95) - 1] };
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Min:0.00} / {Median:0.00} / {Max:0.00}");
}
