namespace WeComSync.Callbacks.Receiving;

/// <summary>How the reading of a body ended.</summary>
internal enum BodyResult
{
    Whole,
    TooLarge,

    /// <summary>The memory that large bodies share is used up.</summary>
    NoRoom,
}
