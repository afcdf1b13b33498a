using WeComSync.Domain.Tenants;

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

    /// <summary>Where it is about one of the tenant's callback addresses: which.</summary>
    public Channel? CallbackOf { get; init; }

    /// <summary>The console's page where it is mended, below the enterprise's address; null if there is none.</summary>
    public string? Page { get; init; }

    /// <summary>How old WeCom's answer is, where it was not asked again; null for a fresh one.</summary>
    public TimeSpan? Age { get; init; }

    public DoctorLine In(DoctorLanguage language) =>
        new(Check.In(language), Verdict, Code, Text.What.In(language, Args) + Older(language), Text.Step?.In(language, Args)) { Stops = Stops };

    /// <summary>For readers of the console.</summary>
    public DoctorLine InConsole(DoctorLanguage language) =>
        In(language) with { Step = (Text.ConsoleStep ?? Text.Step)?.In(language, Args), Page = Page };

    private string Older(DoctorLanguage language) => Age is { } age ? TenantTexts.AnsweredBefore.In(language, Words.Of(age)) : "";
}
