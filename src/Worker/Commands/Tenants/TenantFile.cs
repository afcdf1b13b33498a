using System.Text;
using System.Text.Json;
using WeComSync.Worker.Tenants;

namespace WeComSync.Worker.Commands.Tenants;

/// <summary>A tenant file as read: its tenants, or everything that is wrong with it.</summary>
/// <param name="Tenants">In the order of the file; empty if there are problems.</param>
/// <param name="Problems">Each with its path, like <c>[0].contacts.token: …</c>; never with a value.</param>
internal sealed record TenantFile(IReadOnlyList<TenantEntry> Tenants, IReadOnlyList<string> Problems)
{
    /// <exception cref="BadInputException">The file cannot be read, or something in it is wrong.</exception>
    public static async Task<IReadOnlyList<TenantEntry>> ReadAsync(string path, CancellationToken ct)
    {
        byte[] bytes;
        try
        {
            bytes = await File.ReadAllBytesAsync(path, ct);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BadInputException($"The tenant file '{path}' cannot be read; nothing was changed. {unreadable.Message}");
        }

        var directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        var file = Parse(bytes, new TextSources(directory, Environment.GetEnvironmentVariable));
        return file.Problems.Count == 0
            ? file.Tenants
            : throw new BadInputException(
                $"The tenant file '{path}' has {file.Problems.Count} problem{(file.Problems.Count == 1 ? "" : "s")}; nothing was changed. "
                + "Correct what is listed and apply the file again.",
                file.Problems);
    }

    /// <param name="bytes">UTF-8, with or without a byte order mark.</param>
    /// <param name="sources">Where <c>{"env":…}</c> and <c>{"file":…}</c> are looked up.</param>
    public static TenantFile Parse(ReadOnlySpan<byte> bytes, TextSources sources)
    {
        var json = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        if (!System.Text.Unicode.Utf8.IsValid(json))
        {
            return Broken("the file is not UTF-8 text. Save it as UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(json.ToArray());
            var problems = new List<string>();
            var tenants = new TenantFileReader(sources, problems).Read(document.RootElement);
            return new(problems.Count == 0 ? tenants : [], problems);
        }
        catch (JsonException wrong)
        {
            return Broken($"{PlaceOf(wrong, json)}: this is not JSON. Look for a missing comma, quote or bracket here or just before.");
        }
    }

    private static TenantFile Broken(string problem) => new([], [problem]);

    /// <summary>The exception's own text would repeat what stands in the file, which may be a secret.</summary>
    private static string PlaceOf(JsonException wrong, ReadOnlySpan<byte> json)
    {
        var line = (int)(wrong.LineNumber ?? 0);
        for (var skipped = 0; skipped < line; skipped++)
        {
            json = json[(json.IndexOf((byte)'\n') + 1)..];
        }

        // Counted in characters, as editors do; a name in Chinese has three bytes to one.
        var before = json[..(int)Math.Min(wrong.BytePositionInLine ?? 0, json.Length)];
        return $"line {line + 1}, column {Encoding.UTF8.GetCharCount(before) + 1}";
    }
}
