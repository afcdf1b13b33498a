using System.Text.Json.Nodes;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Directory;
using Xunit;

namespace WeComSync.TestKit;

/// <summary>What a subscriber knows who has read so far.</summary>
internal sealed class FeedState
{
    private const string UserId = "user_id";

    private static readonly Dictionary<string, MirrorTable> Tables = MirrorTables.All.ToDictionary(t => t.Entity);

    private readonly Dictionary<(string Entity, string Key), JsonObject> live = [];

    /// <summary>What was removed, as it was last; null where a rename says that there is more than was told.</summary>
    private readonly Dictionary<(string Entity, string Key), JsonObject?> gone = [];

    /// <summary>Ids that people had before, and that nobody has been given since.</summary>
    private readonly HashSet<string> former = [];

    /// <summary>Whose new id was told last by which cause.</summary>
    private readonly Dictionary<(string Entity, string Key), string> renamed = [];

    private long last;

    public void Apply(FeedEntry entry)
    {
        Check(entry, entry.Seq > last, $"comes after {last}");
        last = entry.Seq;
        Check(entry, Tables.TryGetValue(entry.Entity, out var table), "is of no kind that the mirror has");
        var id = (entry.Entity, MirrorTables.KeyOf(table!, entry.Key));
        switch (entry.Op)
        {
            case "created":
                Check(entry, !live.ContainsKey(id), "creates what is there");
                Check(entry, !gone.ContainsKey(id), "creates what was there before, and so is back");
                Become(entry, table!, id, before: []);
                break;
            case "restored":
                Check(entry, !live.ContainsKey(id), "brings back what is there");
                Become(entry, table!, id, gone.GetValueOrDefault(id));
                gone.Remove(id);
                break;
            case "changed":
                Check(entry, live.TryGetValue(id, out var before), "changes what is not there");
                Check(entry, entry.Fields.Length > 0, "changes nothing");
                Become(entry, table!, id, before);
                break;
            case "removed":
                Check(entry, entry is { Fields.Length: 0, After: null }, "says more of what is gone than that");
                Check(entry, live.Remove(id, out var removed), "removes what is not there");
                // Who had left before his new id was known is what the mirror kept of that id, which may be less than was told of the old one.
                gone[id] = renamed.GetValueOrDefault(id) == entry.Cause ? null : removed;
                break;
            case "renamed":
                Rename(entry);
                break;
            default:
                Check(entry, false, "is nothing that a reader knows");
                break;
        }
    }

    /// <summary>Where the mirror's live rows say otherwise.</summary>
    public IEnumerable<string> Differences(MirrorTable table, IEnumerable<JsonObject> mirrored)
    {
        var rest = live.Where(r => r.Key.Entity == table.Entity).ToDictionary(r => r.Key.Key, r => r.Value);
        foreach (var row in mirrored)
        {
            var key = MirrorTables.KeyOf(table, row);
            if (!rest.Remove(key, out var told))
            {
                yield return $"{table.Name} {key} was never told";
                continue;
            }

            foreach (var column in Different(told, row))
            {
                yield return $"{table.Name} {key}: {column} is {CanonicalJson.Of(row[column])} and was told to be {CanonicalJson.Of(told[column])}";
            }
        }

        foreach (var key in rest.Keys)
        {
            yield return $"{table.Name} {key} is gone, and nobody was told";
        }
    }

    /// <param name="entry">What becomes of the row.</param>
    /// <param name="table">Its table.</param>
    /// <param name="id">Its place.</param>
    /// <param name="before">What it was; null: unknown.</param>
    private void Become(FeedEntry entry, MirrorTable table, (string Entity, string Key) id, JsonObject? before)
    {
        Check(entry, entry.After is { } row && MirrorTables.KeyOf(table, row) == id.Key, "is about another row than its key says");
        if (before is not null)
        {
            var different = Different(before, entry.After!).Except(table.Key.Select(c => c.Name)).Order(StringComparer.Ordinal).ToList();
            Check(
                entry, different.SequenceEqual(entry.Fields.Order(StringComparer.Ordinal)),
                $"names not what changed ({string.Join(',', different)}) from {CanonicalJson.Of(before)}");
        }

        live[id] = entry.After!;
        if (table == DirectoryTables.Users)
        {
            former.Remove(entry.After![UserId]!.GetValue<string>());
        }
    }

    /// <summary>Whoever follows the feed gives all that names a person his new id, unless the new id has the same already.</summary>
    private void Rename(FeedEntry entry)
    {
        Check(entry, entry is { Entity: "user", Fields: [UserId], After: not null }, "renames nobody");
        var (old, id) = (entry.After!["former_user_id"]!.GetValue<string>(), entry.Key[UserId]!.GetValue<string>());
        Check(entry, entry.After[UserId]!.GetValue<string>() == id && old != id, "renames nobody");
        Check(entry, former.Add(old), "renames who has another name already");
        former.Remove(id);
        var user = ("user", MirrorTables.KeyOf(DirectoryTables.Users, new JsonObject { [UserId] = old }));
        // Somebody who was never told, since he had left before anybody could read him, is nothing to a reader.
        foreach (var (place, row) in live.Where(r => r.Value[UserId]?.GetValue<string>() == old).ToList())
        {
            live.Remove(place);
            row[UserId] = id;
            live.TryAdd((place.Entity, MirrorTables.KeyOf(Tables[place.Entity], row)), row);
        }

        // Of what had been removed the mirror keeps more than a reader can know.
        var left = gone.Remove(user);
        foreach (var (place, _) in gone.Where(r => r.Value?[UserId]?.GetValue<string>() is { } one && (one == old || one == id)).ToList())
        {
            gone.Remove(place);
        }

        var now = ("user", MirrorTables.KeyOf(DirectoryTables.Users, entry.Key));
        renamed[now] = entry.Cause;
        if (left && !live.ContainsKey(now))
        {
            gone[now] = null;
        }
    }

    private static IEnumerable<string> Different(JsonObject one, JsonObject other) =>
        one.Select(c => c.Key).Union(other.Select(c => c.Key)).Where(c => CanonicalJson.Of(one[c]) != CanonicalJson.Of(other[c]));

    private static void Check(FeedEntry entry, bool fits, string what) => Assert.True(fits, $"Change {entry} {what}.");
}
