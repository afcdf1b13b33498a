using System.Text.Json.Serialization;

namespace WeComSync.Simulator.Callbacks;

/// <summary>What became of a load.</summary>
/// <param name="Statuses">How many events ended with each status, or with the reason why there was none.</param>
/// <param name="P50Ms">Milliseconds from when an event was due to its answer, or to the end of its last try.</param>
/// <param name="AcknowledgedDigests">In no order.</param>
public sealed record CallbackLoadReport(
    int Sent,
    int Acknowledged,
    IReadOnlyDictionary<string, int> Statuses,
    double Seconds,
    double PerSecond,
    double P50Ms,
    double P90Ms,
    double P99Ms,
    double MaxMs,
    [property: JsonIgnore] IReadOnlyList<string> AcknowledgedDigests)
{
    internal static CallbackLoadReport Of(
        IReadOnlyCollection<(string Status, double Milliseconds)> outcomes, IReadOnlyList<string> acknowledged, TimeSpan took)
    {
        double[] sorted = [.. outcomes.Select(outcome => outcome.Milliseconds).Order()];
        return new CallbackLoadReport(
            outcomes.Count,
            acknowledged.Count,
            outcomes.GroupBy(outcome => outcome.Status).ToDictionary(group => group.Key, group => group.Count()),
            Math.Round(took.TotalSeconds, 3),
            Math.Round(acknowledged.Count / took.TotalSeconds, 1),
            At(0.5),
            At(0.9),
            At(0.99),
            At(1),
            acknowledged);

        double At(double share) => sorted is [] ? 0 : Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)], 3);
    }
}
