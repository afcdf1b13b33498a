namespace WeComSync.Worker.WeCom;

/// <summary>What follows from a failed call. Every errcode has exactly one class (<see cref="WeComErrors"/>).</summary>
internal enum WeComErrorClass
{
    /// <summary>A passing fault. The client tried again already; a later run may succeed.</summary>
    Retry,

    /// <summary>The token is void. The client fetches one new token and tries once more, so callers never see this class.</summary>
    RefreshToken,

    /// <summary>WeCom's limits. The client waited as long as <see cref="WeComOptions.ThrottlePatience"/> allows.</summary>
    Throttle,

    /// <summary>No call of this tenant may be made until a person acts.</summary>
    StopTenant,

    /// <summary>This credential may not do this; the tenant's other calls go on.</summary>
    StopFeature,

    /// <summary>Concerns one row: record it and go on. It never proves that the row is gone.</summary>
    SkipRow,

    /// <summary>The answer would be too large: ask for smaller parts.</summary>
    Split,

    /// <summary>The listing's cursor is no good: begin the listing again.</summary>
    Restart,

    /// <summary>Our request is wrong or the code is unknown: repeating it changes nothing.</summary>
    Bug,
}
