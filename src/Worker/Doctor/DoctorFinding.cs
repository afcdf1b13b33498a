namespace WeComSync.Worker.Doctor;

/// <summary>What one check found, in no language yet.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Text">What to say about it.</param>
/// <param name="Args">What the text's placeholders stand for; <see cref="Words"/> among them are put into the language too.</param>
internal sealed record DoctorFinding(Words Check, DoctorVerdict Verdict, DoctorText Text, params object?[] Args)
{
    /// <summary>WeCom's errcode, where one is behind it.</summary>
    public int? Code { get; init; }

    /// <summary>Whether a sync that met this would stop the tenant.</summary>
    public bool Stops { get; init; }

    public DoctorLine In(DoctorLanguage language) =>
        new(Check.In(language), Verdict, Code, Text.What.In(language, Args), Text.Step?.In(language, Args)) { Stops = Stops };
}
