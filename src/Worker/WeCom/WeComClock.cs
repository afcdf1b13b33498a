namespace WeComSync.Worker.WeCom;

/// <summary>How far this host's clock is from WeCom's, by the <c>Date</c> of its answers.</summary>
internal sealed class WeComClock
{
    private long last = long.MinValue;

    /// <summary>Ours minus WeCom's, to within a second and the way there; null until an answer carried a date.</summary>
    public TimeSpan? Ahead => Interlocked.Read(ref last) is var ticks && ticks == long.MinValue ? null : TimeSpan.FromTicks(ticks);

    /// <param name="date">The header, whole seconds.</param>
    /// <param name="sent">When the request was sent.</param>
    /// <param name="received">When the answer was there.</param>
    public void Observe(DateTimeOffset? date, DateTimeOffset sent, DateTimeOffset received)
    {
        if (date is { } theirs)
        {
            // Between the two, any difference is the way's and not the clock's.
            var ahead = sent > theirs + TimeSpan.FromSeconds(1) ? sent - theirs - TimeSpan.FromSeconds(1)
                : received < theirs ? received - theirs
                : TimeSpan.Zero;
            Interlocked.Exchange(ref last, ahead.Ticks);
        }
    }
}
