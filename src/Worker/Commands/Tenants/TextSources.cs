using System.Text;

namespace WeComSync.Worker.Commands.Tenants;

/// <summary>What <c>{"env":"NAME"}</c> and <c>{"file":"PATH"}</c> stand for.</summary>
/// <param name="directory">Relative paths start here: where the tenant file lies.</param>
/// <param name="environment">Looks up an environment variable.</param>
internal sealed class TextSources(string directory, Func<string, string?> environment)
{
    private const int MostBytes = 64 * 1024;

    /// <summary>Finds the variable's value.</summary>
    /// <returns>The value, or what is wrong.</returns>
    public (string? Text, string? Problem) FromEnvironment(string name) =>
        environment(name) is { } text ? (text, null) : (null, $"the environment variable {name} is not set");

    /// <summary>Reads the file without its closing line breaks, which editors add.</summary>
    /// <returns>The content, or what is wrong.</returns>
    public (string? Text, string? Problem) FromFile(string path)
    {
        try
        {
            using var file = File.OpenRead(Path.Combine(directory, path));
            var bytes = new byte[MostBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MostBytes)
            {
                return (null, $"the file {path} is longer than {MostBytes / 1024} KiB");
            }

            using var text = new StreamReader(new MemoryStream(bytes, 0, length), new UTF8Encoding(false, throwOnInvalidBytes: true));
            return (text.ReadToEnd().TrimEnd('\r', '\n'), null);
        }
        catch (DecoderFallbackException)
        {
            return (null, $"the file {path} is not UTF-8 text");
        }
        catch (Exception unreadable) when (unreadable is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, $"the file {path} does not exist in {directory}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (null, $"the file {path} cannot be read; check that it is a file and its rights");
        }
    }
}
