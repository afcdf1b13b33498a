namespace WeComSync.Simulator.Callbacks;

/// <summary>How WeCom sends events to one company. What its documents leave open is a switch here.</summary>
public sealed record CallbackSettings
{
    /// <summary>Until the connection is cut.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>In all, the first one counted.</summary>
    public int Tries { get; init; } = 3;

    /// <summary>Between a failed try and the next. Documented nowhere.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Each try has a timestamp, nonce and encryption of its own instead of repeating the same request.</summary>
    public bool SealsEachTry { get; init; }

    /// <summary>Requests under way at once. With 1, and without faults, events arrive in the order in which they happened.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>For the answer to the URL check.</summary>
    public TimeSpan CheckTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Somebody new gives three events in one second: update_user twice, the same to the byte, and only then create_user.
    /// Seen at https://github.com/Senparc/NeuChar/issues/123.
    /// </summary>
    public bool DoublesNewPeople { get; init; }

    internal void Validate()
    {
        if (Timeout <= TimeSpan.Zero || CheckTimeout <= TimeSpan.Zero || RetryAfter < TimeSpan.Zero || Tries < 1 || Concurrency < 1)
            throw new ArgumentException("timeout, checkTimeout, tries and concurrency must be above 0, retryAfter not below.");
    }
}
