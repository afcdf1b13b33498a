using System.Globalization;

namespace WeComSync.Worker.Doctor;

/// <summary>The same sentence in every language; <c>{0}</c> and so on stand for the same things in each.</summary>
/// <param name="English">Names of WeCom's pages stay as they are printed there.</param>
/// <param name="Chinese">简体中文.</param>
internal sealed record Words(string English, string Chinese)
{
    /// <summary>What is the same in every language: a name, a number, an address.</summary>
    public static Words Same(string text) => new(text, text);

    public string In(DoctorLanguage language) => language == DoctorLanguage.Chinese ? Chinese : English;

    /// <param name="language">Also of arguments that are <see cref="Words"/> themselves.</param>
    /// <param name="args">What the placeholders stand for.</param>
    public string In(DoctorLanguage language, params object?[] args) => args.Length == 0
        ? In(language)
        : string.Format(CultureInfo.InvariantCulture, In(language), [.. args.Select(arg => arg is Words words ? words.In(language) : arg)]);

    /// <summary>A stretch of time in its largest unit.</summary>
    public static Words Of(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => Count(time.TotalDays, "days", "天"),
        { TotalHours: >= 2 } => Count(time.TotalHours, "hours", "小时"),
        { TotalMinutes: >= 2 } => Count(time.TotalMinutes, "minutes", "分钟"),
        _ => Count(Math.Max(0, time.TotalSeconds), "seconds", "秒"),
    };

    private static Words Count(double number, string english, string chinese)
    {
        var whole = ((long)number).ToString(CultureInfo.InvariantCulture);
        return new Words($"{whole} {english}", $"{whole} {chinese}");
    }
}
