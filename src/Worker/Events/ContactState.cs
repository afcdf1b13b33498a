using Npgsql;
using WeComSync.Worker.Storage;
using WeComSync.Worker.Sync;

namespace WeComSync.Worker.Events;

/// <summary>What the mirror has of the objects that events are about.</summary>
internal sealed class ContactState
{
    private readonly ILookup<string, MembershipState> memberships;

    private ContactState(
        IReadOnlyDictionary<string, RowState> users, ILookup<string, MembershipState> memberships, IReadOnlyDictionary<long, RowState> departments)
    {
        Users = users;
        this.memberships = memberships;
        Departments = departments;
    }

    /// <summary>By user id in lower case.</summary>
    public IReadOnlyDictionary<string, RowState> Users { get; }

    public IReadOnlyDictionary<long, RowState> Departments { get; }

    /// <param name="key">The user id in lower case.</param>
    public IEnumerable<MembershipState> MembershipsOf(string key) => memberships[key];

    public static async Task<ContactState> ReadAsync(NpgsqlConnection connection, long tenantId, ContactHints hints, CancellationToken ct)
    {
        var users = new Dictionary<string, RowState>();
        if (hints.People.Count > 0)
        {
            await using var read = new NpgsqlCommand("""
                SELECT user_id, fetched_at, removed_at IS NULL, detail = 'full' FROM mirror.users WHERE tenant_id = $1 AND lower(user_id) = ANY($2)
                """, connection);
            read.Add(tenantId, hints.People.Keys.ToArray());
            await using var reader = await read.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                var userId = reader.GetString(0);
                users[ContactHints.Key(userId)] =
                    new RowState(userId, reader.GetFieldValue<DateTimeOffset>(1), reader.GetBoolean(2), reader.GetBoolean(3));
            }
        }

        var memberships = new List<MembershipState>();
        if (users.Count > 0)
        {
            await using var read = new NpgsqlCommand("""
                SELECT user_id, department_id, fetched_at, removed_at IS NULL FROM mirror.user_departments WHERE tenant_id = $1 AND user_id = ANY($2)
                """, connection);
            read.Add(tenantId, users.Values.Select(u => u.Id).ToArray());
            await using var reader = await read.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                memberships.Add(new MembershipState(
                    reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetBoolean(3)));
            }
        }

        var departments = new Dictionary<long, RowState>();
        // Also those that lists of people's departments name: they may have been closed since.
        var named = hints.Departments.Keys.Concat(hints.People.Values.SelectMany(person => person.Departments ?? [])).Distinct().ToArray();
        if (named.Length > 0)
        {
            await using var read = new NpgsqlCommand("""
                SELECT id, fetched_at, removed_at IS NULL, name IS NOT NULL FROM mirror.departments WHERE tenant_id = $1 AND id = ANY($2)
                """, connection);
            read.Add(tenantId, named);
            await using var reader = await read.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                departments[reader.GetInt64(0)] =
                    new RowState("", reader.GetFieldValue<DateTimeOffset>(1), reader.GetBoolean(2), reader.GetBoolean(3));
            }
        }

        return new ContactState(users, memberships.ToLookup(m => ContactHints.Key(m.UserId)), departments);
    }
}

/// <summary>One row of the mirror.</summary>
/// <param name="Id">In the mirror's spelling.</param>
/// <param name="FetchedAt">When WeCom said what it says.</param>
/// <param name="Live">Not removed.</param>
/// <param name="Detailed">Somebody read its details.</param>
internal sealed record RowState(string Id, DateTimeOffset FetchedAt, bool Live, bool Detailed)
{
    /// <summary>
    /// Whether an event is older than the row. WeCom cuts fractions of a second off, so one more must have passed; but of two events in
    /// the second in which somebody left, the leaving counts.
    /// </summary>
    public bool IsNewerThan(DateTimeOffset at) => Live ? at + EventTime.Second <= FetchedAt : at <= FetchedAt;

    /// <summary>
    /// As <see cref="IsNewerThan"/>, and the event was here well before the row was fetched: so WeCom's clock need not agree with the
    /// database's, and this host need not know the database's time precisely. At worst one question more is asked.
    /// </summary>
    public bool Covers(DateTimeOffset at, DateTimeOffset receivedAt) => IsNewerThan(at) && receivedAt + DatabaseTime.HostsDiffer <= FetchedAt;
}

/// <summary>One membership in the mirror.</summary>
internal sealed record MembershipState(string UserId, long DepartmentId, DateTimeOffset FetchedAt, bool Live);

/// <summary>How precise WeCom's event times are.</summary>
internal static class EventTime
{
    public static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>The last moment of the second in which an event happened, but not later than we know of it.</summary>
    public static DateTimeOffset End(DateTimeOffset at, DateTimeOffset known)
    {
        var end = at + Second - TimeSpan.FromMicroseconds(1);
        return end < known ? end : known;
    }
}
