using System.Reflection;
using System.Text.RegularExpressions;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Storage;
using WeComSync.Worker.Tests.WebConsole;
using Xunit;

namespace WeComSync.Worker.Tests.Storage;

/// <summary>No two features share a lock, and none takes one that is not in the list.</summary>
public sealed partial class AdvisoryLocksTests
{
    [Fact]
    public void No_two_keys_are_the_same()
    {
        var keys = typeof(AdvisoryLocks).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (long)field.GetRawConstantValue()!).ToList();
        Assert.True(keys.Count >= 8, $"{keys.Count} keys");
        Assert.Distinct(keys);
        // A key of two halves is another kind than a whole one, and so are hashes of texts.
        Assert.All(keys, key => Assert.True(key < AdvisoryLocks.Inbox(1, MirrorPart.Directory)));
        Assert.Distinct(Enum.GetValues<MirrorPart>().Select(AdvisoryLocks.Run));
        Assert.Distinct(Enum.GetValues<MirrorPart>().SelectMany(part => new[] { AdvisoryLocks.Inbox(1, part), AdvisoryLocks.Inbox(int.MaxValue, part) }));
    }

    [Fact]
    public void No_other_place_names_a_key()
    {
        var calls = 0;
        foreach (var file in Repository.Sources("src").Where(file => Path.GetFileName(file) != $"{nameof(AdvisoryLocks)}.cs"))
        {
            var text = File.ReadAllText(file);
            foreach (Match call in Call().Matches(text))
            {
                calls++;
                Assert.True(
                    Allowed().IsMatch(call.Groups[1].Value), $"{file}: the key of {call.Value} is not one of {nameof(AdvisoryLocks)}.");
            }
        }

        Assert.True(calls >= 15, $"{calls} calls");
    }

    /// <summary>In SQL, and through <c>SessionLock</c>, whose key is the second argument.</summary>
    [GeneratedRegex(@"(?:pg_(?:try_)?advisory_(?:xact_)?(?:lock|unlock)(?:_shared)?\(|SessionLock\.(?:Try)?TakeAsync\(\w+, )([^)]*)\)")]
    private static partial Regex Call();

    [GeneratedRegex(@"^(?:\$1|\$1, \$2|\{?AdvisoryLocks\.\w+\}?(?:, ct)?|AdvisoryLocks\.\w+\(\w+(?:, \w+)*|hashtextextended\((?:\$1|'\{AdvisoryLocks\.\w+\}' \|\| [^']+ \|\| ':' \|\| \w+), 0)$")]
    private static partial Regex Allowed();
}
