using System.Diagnostics;
using System.Text;
using Npgsql;
using Xunit;

namespace WeComSync.TestKit;

/// <summary>Looks for secrets where they must not be, in every form in which they could stand there.</summary>
public static class Canary
{
    /// <summary>Fails if the text holds a secret; the failure does not say which.</summary>
    /// <param name="where">Names the text.</param>
    /// <param name="text">A log, a dump, a file.</param>
    /// <param name="secrets">What must not be there.</param>
    public static void AssertAbsent(string where, string text, IEnumerable<string> secrets)
    {
        foreach (var (secret, number) in secrets.Select((secret, number) => (secret, number)))
        {
            foreach (var form in Forms(secret))
            {
                var at = text.IndexOf(form, StringComparison.OrdinalIgnoreCase);
                Assert.True(at < 0, $"{where} holds secret number {number}: …{(at < 0 ? "" : text[Math.Max(0, at - 200)..at])}");
            }
        }
    }

    /// <summary><c>pg_dump</c> of a whole database, as text.</summary>
    public static async Task<string> DumpAsync(TestDatabase database, CancellationToken ct)
    {
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var start = new ProcessStartInfo(
            Path.Combine(PrivatePostgres.Binaries, "pg_dump"), ["-h", server.Host!, "-p", $"{server.Port}", "-U", server.Username!, server.Database!])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["PGPASSWORD"] = server.Password;
        using var dump = Process.Start(start)!;
        var text = await dump.StandardOutput.ReadToEndAsync(ct);
        await dump.WaitForExitAsync(ct);
        Assert.Equal(0, dump.ExitCode);
        Assert.Contains("callback_events", text, StringComparison.Ordinal);
        return text;
    }

    private static IEnumerable<string> Forms(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        yield return secret;
        yield return Convert.ToHexString(bytes);
        yield return Convert.ToBase64String(bytes).TrimEnd('=')[..^1];
        // Inside a longer Base64 text it starts at any of three places; the characters at its ends depend on its neighbours.
        yield return Convert.ToBase64String([0, .. bytes])[2..^4];
        yield return Convert.ToBase64String([0, 0, .. bytes])[3..^4];
        yield return Uri.EscapeDataString(secret);
    }
}
