using System.Text.RegularExpressions;

namespace WeComSync.Simulator.Worlds;

/// <summary>1 to 64 bytes of letters, digits and <c>_-@.</c>, the first a letter or digit.</summary>
internal static partial class UserIdRule
{
    public static bool Allows(string userId) => Pattern().IsMatch(userId);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_@.\-]{0,63}\z")]
    private static partial Regex Pattern();
}
