using System.Text.Json.Serialization;

namespace WeComSync.Worker.Doctor;

/// <summary>One line of the doctor's report.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Code">WeCom's errcode, where one is behind it.</param>
/// <param name="What">What is so, and why.</param>
/// <param name="Step">What a person must do; null if nothing.</param>
internal sealed record DoctorLine(string Check, DoctorVerdict Verdict, int? Code, string What, string? Step)
{
    /// <summary>Whether a sync that met this would stop the tenant.</summary>
    [JsonIgnore]
    public bool Stops { get; init; }

    /// <summary>The console's page where it is mended, below the enterprise's address; null if there is none.</summary>
    [JsonIgnore]
    public string? Page { get; init; }
}
