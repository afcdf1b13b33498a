namespace WeComSync.Worker.WeCom.Customers;

/// <summary>WeCom's times: Unix seconds.</summary>
internal static class WeComTime
{
    private static readonly long Last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <returns>Null for 0, which stands for "none", and for what is no time.</returns>
    public static DateTimeOffset? Of(long? seconds) =>
        seconds is > 0 && seconds <= Last ? DateTimeOffset.FromUnixTimeSeconds(seconds.Value) : null;
}
