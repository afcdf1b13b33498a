using System.Collections.Concurrent;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Events;

/// <summary>What WeCom answered about the objects of a batch. Times are the database's.</summary>
internal sealed class ContactTruth
{
    /// <summary>By user id in lower case; who was not asked for is not there.</summary>
    public ConcurrentDictionary<string, Answer<WeComUser>> Users { get; } = new();

    public ConcurrentDictionary<long, Answer<WeComDepartment>> Departments { get; } = new();

    public ConcurrentDictionary<long, Answer<WeComTagMembers>> Tags { get; } = new();

    /// <summary>Whether whoever read the tags sees the whole company.</summary>
    public bool TagsSeeAll { get; set; }

    /// <summary>The departments whose people the reader of details sees; null if that was not needed.</summary>
    public IReadOnlySet<long>? Visible { get; set; }
}

/// <summary>One answer of WeCom.</summary>
/// <param name="Found">Null: it does not exist, is out of sight, or no credential may read it.</param>
/// <param name="AskedAt">When the request was sent.</param>
/// <param name="Failure">Why there is no answer.</param>
internal sealed record Answer<T>(T? Found, DateTimeOffset AskedAt, WeComException? Failure = null)
    where T : class;
