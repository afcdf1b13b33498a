using System.Globalization;
using WeComSync.Callbacks.Hosting;
using WeComSync.Domain.Storage;

namespace WeComSync.Callbacks.Spool;

/// <summary>
/// The folder of spooled events: one file each, named in the order of arrival, complete or absent. A name ends in <c>.event</c> only
/// after the content is on disk; an event counts as kept only after the name is.
/// </summary>
internal sealed partial class SpoolFolder(CallbackOptions options, TimeProvider clock, ILogger<SpoolFolder> logger) : IDisposable
{
    private const string Finished = ".event";
    private const string Unfinished = ".part";
    private const string LockName = "lock";
    private const string AsideName = "set-aside";
    private const long BlockBytes = 4096;

    private readonly Lock gate = new();
    private readonly SortedDictionary<string, long> files = new(StringComparer.Ordinal);
    private FileStream? ownership;
    private long bytes;
    private long lastName;

    /// <summary>False until this process owns the folder.</summary>
    public bool IsOpen => Volatile.Read(ref ownership) is not null;

    public int Count
    {
        get
        {
            lock (gate)
            {
                return files.Count;
            }
        }
    }

    /// <summary>Disk space of the waiting files.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>Files in quarantine: each is an event that a person must look at, or no event at all.</summary>
    public int AsideCount { get; private set; }

    /// <summary>Makes the folder and writes to it, so that a wrong path is known at start and not in the first outage.</summary>
    /// <exception cref="ConfigurationException">The folder cannot be made or written.</exception>
    public void Prepare()
    {
        try
        {
            Directory.CreateDirectory(options.SpoolPath);
            var probe = Path.Combine(options.SpoolPath, $"probe-{Guid.NewGuid():N}{Unfinished}");
            WriteContent(probe, [0]);
            FlushContent(probe);
            FolderSync.Flush(options.SpoolPath);
            File.Delete(probe);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                $"Callbacks:SpoolPath: '{options.SpoolPath}' cannot be written ({unusable.Message}). It must be a folder of this process, "
                + "on a disk that outlives it.");
        }
    }

    /// <summary>Takes the folder over, if no other process has it, and lists what lies there.</summary>
    public bool TryOpen()
    {
        FileStream? taken = null;
        try
        {
            taken = new FileStream(Path.Combine(options.SpoolPath, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            ListFiles();
            Volatile.Write(ref ownership, taken);
            return true;
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            // Or the next try would find it held, by ourselves.
            taken?.Dispose();
            LogNotOwned(options.SpoolPath, held.Message);
            return false;
        }
    }

    /// <summary>Writes files and forces them to disk. Blocks for as long as the disk takes.</summary>
    /// <param name="contents">Contents of the files.</param>
    /// <param name="failures">Why a file was not kept; null for each that is on disk now.</param>
    public void Write(IReadOnlyList<byte[]> contents, string?[] failures)
    {
        var names = new string[contents.Count];
        var planned = Bytes;
        // First all contents, then all flushes: the first flush carries most of what the others would wait for.
        for (var i = 0; i < names.Length; i++)
        {
            var content = contents[i];
            names[i] = NextName();
            planned += Blocks(content.Length);
            failures[i] = planned > options.SpoolLimitBytes
                ? "the limit Callbacks:SpoolLimitBytes is reached"
                : Try(names[i], path => WriteContent(path, content));
        }

        for (var i = 0; i < names.Length; i++)
        {
            failures[i] ??= Try(names[i], path =>
            {
                FlushContent(path);
                File.Move(path, path[..^Unfinished.Length] + Finished);
            });
        }

        var unflushed = FlushFolder();
        lock (gate)
        {
            for (var i = 0; i < names.Length; i++)
            {
                if (failures[i] is null)
                {
                    files.Add(names[i] + Finished, Blocks(contents[i].Length));
                    Interlocked.Add(ref bytes, Blocks(contents[i].Length));
                    failures[i] = unflushed;
                }
            }
        }
    }

    /// <summary>The names of the oldest files, the oldest first.</summary>
    /// <param name="count">At most so many.</param>
    /// <param name="except">Those that are passed over for now.</param>
    public List<string> Oldest(int count, IReadOnlyDictionary<string, long>? except = null)
    {
        lock (gate)
        {
            return [.. files.Keys.Where(name => except?.ContainsKey(name) != true).Take(count)];
        }
    }

    /// <exception cref="IOException">The disk does not give the file.</exception>
    public byte[] Read(string name) => File.ReadAllBytes(Path.Combine(options.SpoolPath, name));

    /// <summary>Deletes files whose events are in the inbox. One that comes back with a power cut is a duplicate there.</summary>
    public void Remove(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            File.Delete(Path.Combine(options.SpoolPath, name));
            Forget(name);
        }
    }

    /// <summary>Somebody else took a file away.</summary>
    public void Missing(string name)
    {
        LogMissing(name);
        Forget(name);
    }

    /// <summary>Moves a file out of the way without losing it, so that those behind it go on.</summary>
    public void SetAside(string name, string reason)
    {
        try
        {
            var aside = Directory.CreateDirectory(Path.Combine(options.SpoolPath, AsideName));
            File.Move(Path.Combine(options.SpoolPath, name), Path.Combine(aside.FullName, $"{Guid.NewGuid():N}-{name}"));
            AsideCount++;
            LogSetAside(name, AsideName, reason);
        }
        catch (Exception stuck) when (stuck is IOException or UnauthorizedAccessException)
        {
            LogStuck(name, $"{reason}; {stuck.Message}");
        }

        Forget(name);
    }

    public void Dispose() => ownership?.Dispose();

    private static long Blocks(long length) => (length + BlockBytes - 1) / BlockBytes * BlockBytes;

    private static void WriteContent(string path, byte[] content)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.Write(file, content, 0);
    }

    private static void FlushContent(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    private void ListFiles()
    {
        lock (gate)
        {
            files.Clear();
            bytes = 0;
            foreach (var file in new DirectoryInfo(options.SpoolPath).EnumerateFiles())
            {
                if (file.Name == LockName)
                {
                    continue;
                }

                if (file.Name.EndsWith(Unfinished, StringComparison.Ordinal))
                {
                    // Begun when a process ended: nobody was told that it was kept.
                    file.Delete();
                    continue;
                }

                files.Add(file.Name, Blocks(file.Length));
                bytes += Blocks(file.Length);
            }

            var aside = new DirectoryInfo(Path.Combine(options.SpoolPath, AsideName));
            AsideCount = aside.Exists ? aside.EnumerateFiles().Count() : 0;
            if (files.Count > 0 || AsideCount > 0)
            {
                LogFound(files.Count, AsideCount, options.SpoolPath);
            }
        }
    }

    /// <summary>Grows from file to file, also when the clock is set back.</summary>
    private string NextName()
    {
        lastName = Math.Max(lastName + 1, clock.GetUtcNow().UtcTicks);
        return lastName.ToString("D20", CultureInfo.InvariantCulture);
    }

    private string? FlushFolder()
    {
        try
        {
            FolderSync.Flush(options.SpoolPath);
            return null;
        }
        catch (IOException failed)
        {
            return failed.Message;
        }
    }

    /// <returns>Why the step failed; null if it did not.</returns>
    private string? Try(string name, Action<string> step)
    {
        var path = Path.Combine(options.SpoolPath, name + Unfinished);
        try
        {
            step(path);
            return null;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            Discard(path);
            return failed.Message;
        }
    }

    private void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception stuck) when (stuck is IOException or UnauthorizedAccessException)
        {
            LogStuck(path, stuck.Message);
        }
    }

    private void Forget(string name)
    {
        lock (gate)
        {
            if (files.Remove(name, out var size))
            {
                Interlocked.Add(ref bytes, -size);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Spool {Path} is not ours yet ({Reason}). If another process uses it, give each its own Callbacks:SpoolPath")]
    private partial void LogNotOwned(string path, string reason);

    [LoggerMessage(LogLevel.Information, "Spool {Path} holds {Count} events of an earlier process, and {Aside} files set aside")]
    private partial void LogFound(int count, int aside, string path);

    [LoggerMessage(LogLevel.Error, "Spool file {Name} was moved to {Folder}: {Reason}. If it was an event, only the next sync finds its change")]
    private partial void LogSetAside(string name, string folder, string reason);

    [LoggerMessage(LogLevel.Error, "Spool file {Name} was taken away by somebody else. Only the next sync finds the change that it told")]
    private partial void LogMissing(string name);

    [LoggerMessage(LogLevel.Error, "Spool file {Name} cannot be moved or deleted: {Reason}. It is passed over until this process restarts")]
    private partial void LogStuck(string name, string reason);
}
