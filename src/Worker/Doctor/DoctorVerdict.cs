namespace WeComSync.Worker.Doctor;

/// <summary>What a check came to.</summary>
internal enum DoctorVerdict
{
    Ok,

    /// <summary>It works, but less well than it could, or it may not stay so.</summary>
    Warning,

    /// <summary>It does not work until a person acts.</summary>
    Wrong,
}
