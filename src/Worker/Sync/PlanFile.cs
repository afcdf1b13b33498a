using System.Collections;
using System.Text.Json;

namespace WeComSync.Worker.Sync;

/// <summary>
/// The difference that a dry run found, in a file without a name: it may have as many rows as the mirror, and memory does not grow with
/// it. Safe for several writers at once, and for one reader after them.
/// </summary>
internal sealed class PlanFile : IReadOnlyCollection<PlannedChange>, IDisposable
{
    private readonly Lock gate = new();
    private readonly FileStream file;

    public PlanFile()
    {
        var path = Path.Combine(Path.GetTempPath(), $"wecomsync-plan-{Guid.NewGuid():N}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Delete, BufferSize = 64 * 1024,
        };
        if (!OperatingSystem.IsWindows())
        {
            // It has what the mirror has of people.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        file = new FileStream(path, options);
        // Gone with the process, however that ends.
        File.Delete(path);
    }

    public int Count { get; private set; }

    public void Add(PlannedChange change)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(change, SyncJson.Default.PlannedChange);
        lock (gate)
        {
            file.Write(line);
            file.WriteByte((byte)'\n');
            Count++;
        }
    }

    public IEnumerator<PlannedChange> GetEnumerator()
    {
        file.Flush();
        file.Position = 0;
        using var lines = new StreamReader(file, leaveOpen: true);
        while (lines.ReadLine() is { } line)
        {
            yield return JsonSerializer.Deserialize(line, SyncJson.Default.PlannedChange)!;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose() => file.Dispose();
}
