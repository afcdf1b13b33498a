using System.Reflection;
using System.Text.RegularExpressions;
using WeComSync.Worker.Doctor;
using Xunit;

namespace WeComSync.Worker.Tests.Doctor;

public sealed partial class DoctorLanguageTests
{
    [Fact]
    public void Everything_that_the_doctor_says_is_said_in_both_languages()
    {
        var words = All().ToList();

        Assert.InRange(words.Count, 100, 1000);
        foreach (var (name, said) in words)
        {
            Assert.False(string.IsNullOrWhiteSpace(said.English) || string.IsNullOrWhiteSpace(said.Chinese), name);
            // A placeholder may be left out of one language's sentence only if it is left out of both.
            Assert.True(Placeholders(said.English).SetEquals(Placeholders(said.Chinese)), $"{name}: {said.English} / {said.Chinese}");
            if (said.English != said.Chinese)
            {
                Assert.True(Chinese().IsMatch(said.Chinese), $"{name} is not translated: {said.Chinese}");
            }
        }
    }

    [Fact]
    public void English_sentences_are_English_but_for_the_names_of_pages() =>
        Assert.All(All().Where(word => word.Words.English != word.Words.Chinese), word => Assert.Matches("[A-Za-z]{3}", word.Words.English));

    private static IEnumerable<(string Name, Words Words)> All()
    {
        foreach (var type in new[] { typeof(Checks), typeof(TenantTexts), typeof(CallbackTexts), typeof(HostTexts), typeof(CodeTexts) })
        {
            foreach (var field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            {
                switch (field.GetValue(null))
                {
                    case Words words:
                        yield return ($"{type.Name}.{field.Name}", words);
                        break;
                    case DoctorText text:
                        foreach (var said in Of(text))
                        {
                            yield return ($"{type.Name}.{field.Name}", said);
                        }

                        break;
                }
            }
        }

        foreach (var code in CodeTexts.Known)
        {
            foreach (var said in Of(CodeTexts.Of(code)))
            {
                yield return ($"code {code}", said);
            }
        }
    }

    [Fact]
    public void Readers_of_the_console_are_told_of_pages_and_never_of_commands_or_files()
    {
        foreach (var text in Texts())
        {
            if ((text.ConsoleStep ?? text.Step) is { } step)
            {
                Assert.DoesNotMatch(Command(), step.English);
                Assert.DoesNotMatch(Command(), step.Chinese);
            }
        }
    }

    private static IEnumerable<DoctorText> Texts() =>
        new[] { typeof(TenantTexts), typeof(CallbackTexts), typeof(CodeTexts) }
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(field => field.GetValue(null)).OfType<DoctorText>().Concat(CodeTexts.Known.Select(code => CodeTexts.Of(code)));

    private static IEnumerable<Words> Of(DoctorText text) => new[] { text.What, text.Step, text.ConsoleStep }.OfType<Words>();

    [GeneratedRegex("tenants? (apply|list|resume|file)|租户文件|'(sync|status|events|doctor)|执行 |events list|--host|run the doctor|[A-Za-z]+:[A-Z][A-Za-z]+|[A-Za-z]+__")]
    private static partial Regex Command();

    private static HashSet<string> Placeholders(string text) => [.. Placeholder().Matches(text).Select(match => match.Value)];

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}")]
    private static partial Regex Chinese();
}
