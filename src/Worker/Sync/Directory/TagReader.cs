using System.Globalization;
using System.Runtime.CompilerServices;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync.Directory;

/// <summary>Reads contact tags and who carries them. A tag that cannot be read stays as it is.</summary>
internal sealed class TagReader(WeComClient client, DirectoryStage stage, DirectoryFacts facts)
{
    /// <param name="caller">Who asks.</param>
    /// <param name="choose">Of which tags the members are read.</param>
    /// <param name="ct">Stops the run.</param>
    public async Task ReadAsync(WeComCaller caller, Func<IEnumerable<long>, IReadOnlySet<long>> choose, CancellationToken ct)
    {
        IReadOnlyList<WeComTag> tags;
        try
        {
            var listed = await client.ListTagsAsync(caller, ct);
            tags = [.. listed.Where(t => t.Id is not null).DistinctBy(t => t.Id)];
            if (listed.Any(t => t.Id is null))
            {
                facts.WithHoles.Add(DirectoryTables.Tags.Entity);
                facts.Fail("contact_tag", null, null, SyncTexts.TagWithoutId.With());
            }
        }
        catch (WeComException failure) when (failure.Class is not (WeComErrorClass.StopTenant or WeComErrorClass.Bug))
        {
            facts.Fail("contact_tag", null, failure);
            return;
        }

        facts.TagsListed = true;
        // The application's view hides members outside its range; contact sync sees everybody.
        facts.TagReaderSeesAll = caller.Credential == Channel.Contacts;
        await stage.CopyTagsAsync(tags, ct);
        var departments = new List<(long, long, DateTimeOffset)>();
        var chosen = choose(tags.Select(t => t.Id!.Value));
        await stage.CopyTagUsersAsync(MembersAsync(caller, [.. tags.Where(t => chosen.Contains(t.Id!.Value))], departments, ct), ct);
        await stage.CopyTagDepartmentsAsync(departments, ct);
    }

    private async IAsyncEnumerable<(long TagId, string UserId, DateTimeOffset FetchedAt)> MembersAsync(
        WeComCaller caller, IReadOnlyList<WeComTag> tags, List<(long TagId, long DepartmentId, DateTimeOffset FetchedAt)> departments,
        [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var tag in tags)
        {
            var tagId = tag.Id!.Value;
            WeComTagMembers members;
            try
            {
                members = await client.GetTagAsync(caller, tagId, ct);
            }
            catch (WeComException failure) when (failure.Class is not (WeComErrorClass.StopTenant or WeComErrorClass.Bug))
            {
                facts.Fail("contact_tag", tagId.ToString(CultureInfo.InvariantCulture), failure);
                continue;
            }

            // A list that was not returned says nothing about who carries the tag.
            if (members is { UserIds: not null, DepartmentIds: not null })
            {
                facts.TagsRead.Add(tagId);
            }
            else
            {
                facts.Fail("contact_tag", tagId.ToString(CultureInfo.InvariantCulture), null, SyncTexts.TagNotRead.With(tagId));
            }

            departments.AddRange((members.DepartmentIds ?? []).Distinct().Select(id => (tagId, id, members.FetchedAt)));
            foreach (var userId in (members.UserIds ?? []).Distinct(StringComparer.OrdinalIgnoreCase))
            {
                yield return (tagId, userId, members.FetchedAt);
            }
        }
    }
}
