using System.Text;
using Npgsql;

namespace WeComSync.Worker.Sync.Directory;

/// <summary>
/// When each part of a tenant's directory was last read in full, and so which part is due. What is due grows with the time since the
/// last read, so that the calls of a round spread evenly over it, however often somebody runs an incremental sync.
/// </summary>
internal sealed class ReadMarks
{
    /// <summary>Parts into which people are divided who are visible by name.</summary>
    public const int Shares = 32;

    /// <summary>A round ends before the age is reached, so that a run that comes late does no harm.</summary>
    private const double RoundOfAge = 0.85;

    private readonly Dictionary<(MarkKind Kind, long Id), DateTimeOffset> marks;
    private readonly DateTimeOffset now;
    private readonly SyncOptions options;

    private ReadMarks(Dictionary<(MarkKind Kind, long Id), DateTimeOffset> marks, DateTimeOffset now, SyncOptions options)
    {
        this.marks = marks;
        this.now = now;
        this.options = options;
    }

    public static async Task<ReadMarks> LoadAsync(
        NpgsqlConnection connection, long tenantId, DateTimeOffset now, SyncOptions options, CancellationToken ct)
    {
        var marks = new Dictionary<(MarkKind Kind, long Id), DateTimeOffset>();
        await using var read = new NpgsqlCommand("SELECT kind, id, read_at FROM control.read_marks WHERE tenant_id = $1", connection);
        read.Add(tenantId);
        await using var reader = await read.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            marks[(Domain.Storage.EnumText.Parse<MarkKind>(reader.GetString(0)), reader.GetInt64(1))] = reader.GetFieldValue<DateTimeOffset>(2);
        }

        return new ReadMarks(marks, now, options);
    }

    /// <summary>Notes what a run has read; as part of its merge, so that nothing counts as read that was not written.</summary>
    /// <param name="merge">The run's.</param>
    /// <param name="kind">Kind of part.</param>
    /// <param name="ids">What was read.</param>
    /// <param name="at">When its reading began.</param>
    /// <param name="all">Whether there is nothing else of the kind any more.</param>
    /// <param name="ct">Stops the merge.</param>
    public static async Task SaveAsync(Merge merge, MarkKind kind, IReadOnlyCollection<long> ids, DateTimeOffset at, bool all, CancellationToken ct)
    {
        var text = Domain.Storage.EnumText.Of(kind);
        if (all)
        {
            await using var forget = merge.Command("DELETE FROM control.read_marks WHERE tenant_id = $1 AND kind = $2 AND id <> ALL($3)");
            forget.Add(merge.TenantId, text, ids.ToArray());
            await forget.ExecuteNonQueryAsync(ct);
        }

        if (ids.Count > 0)
        {
            await using var save = merge.Command("""
                INSERT INTO control.read_marks AS m (tenant_id, kind, id, read_at) SELECT $1, $2, unnest($3::bigint[]), $4
                ON CONFLICT (tenant_id, kind, id) DO UPDATE SET read_at = GREATEST(m.read_at, EXCLUDED.read_at)
                """);
            save.Add(merge.TenantId, text, ids.Distinct().ToArray(), at.ToUniversalTime());
            await save.ExecuteNonQueryAsync(ct);
        }
    }

    /// <summary>The share to which a person belongs who is visible by name.</summary>
    public static long ShareOf(string userId) =>
        Encoding.UTF8.GetBytes(userId.ToLowerInvariant()).Aggregate(2166136261u, (hash, b) => unchecked((hash ^ b) * 16777619u)) % Shares;

    /// <summary>What is due: all that was never read, and the stalest of the rest.</summary>
    /// <param name="kind">Kind of part.</param>
    /// <param name="parts">All parts and their weights; the order decides between parts of one age.</param>
    public IReadOnlySet<long> Due(MarkKind kind, IEnumerable<(long Id, int Weight)> parts)
    {
        var known = new List<(long Id, int Weight, DateTimeOffset ReadAt)>();
        var due = new HashSet<long>();
        foreach (var (id, weight) in parts)
        {
            if (marks.TryGetValue((kind, id), out var at))
            {
                known.Add((id, weight, at));
            }
            else
            {
                due.Add(id);
            }
        }

        var sinceLast = now - known.Select(p => p.ReadAt).DefaultIfEmpty(now - options.DetailAge).Max();
        var share = Math.Clamp(sinceLast / (options.DetailAge * RoundOfAge), 0, 1);
        var weightDue = share * known.Sum(p => (double)p.Weight);
        // A run that was started a moment after another gets the calls of a moment.
        var calls = Math.Max(1, options.RefreshCallsPerHour * Math.Clamp(sinceLast / TimeSpan.FromHours(1), 0, 1));
        foreach (var part in known.OrderBy(p => p.ReadAt))
        {
            if ((weightDue <= 0 && now - part.ReadAt < options.DetailAge) || due.Count >= calls)
            {
                break;
            }

            due.Add(part.Id);
            weightDue -= part.Weight;
        }

        return due;
    }
}

/// <summary>Parts of a directory that are read one by one.</summary>
internal enum MarkKind
{
    /// <summary>The people of a department.</summary>
    Department,

    /// <summary>Who carries a tag.</summary>
    Tag,

    /// <summary>A share of the people who are visible by name.</summary>
    Named,
}
