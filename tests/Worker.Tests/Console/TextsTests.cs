using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using WeComSync.Worker.WebConsole;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

public sealed partial class TextsTests
{
    private static readonly string Sources = Path.Combine(Repository.Root, "src/Worker/Console");

    [Fact]
    public void Every_text_of_the_console_has_an_English_wording_with_the_same_places_for_values()
    {
        var english = new ResourceManager(typeof(Texts)).GetResourceSet(CultureInfo.GetCultureInfo("en"), createIfNotExists: true, tryParents: false)!;
        var names = Directory.EnumerateFiles(Sources, "*.cs*", SearchOption.AllDirectories)
            .SelectMany(file => Name().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).Distinct().ToList();

        Assert.True(names.Count > 300);
        Assert.All(names, name =>
        {
            var text = english.GetString(name);
            Assert.True(text is { Length: > 0 }, $"Texts.en.resx has nothing for: {name}");
            Assert.Equal(Places(name), Places(text!));
        });
    }

    [Fact]
    public void No_English_wording_is_left_of_a_text_that_is_gone()
    {
        var source = string.Concat(Directory.EnumerateFiles(Sources, "*.cs*", SearchOption.AllDirectories).Select(File.ReadAllText));
        var english = new ResourceManager(typeof(Texts)).GetResourceSet(CultureInfo.GetCultureInfo("en"), createIfNotExists: true, tryParents: false)!;

        Assert.DoesNotContain(english.Cast<System.Collections.DictionaryEntry>().Select(text => (string)text.Key), name => !source.Contains($"\"{name}\"", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Places(string text) => Place().Matches(text).Select(match => match.Value).Distinct().Order();

    [GeneratedRegex("\\b(?:T|texts)\\[\"([^\"]+)\"")]
    private static partial Regex Name();

    [GeneratedRegex("\\{\\d\\}")]
    private static partial Regex Place();
}
