using System.Collections.Concurrent;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Events.Customers;

/// <summary>What WeCom answered about the objects of a batch. Times are the database's.</summary>
internal sealed class CustomerAnswers
{
    /// <summary>By external user id; who was not asked for is not there.</summary>
    public ConcurrentDictionary<string, Answer<WeComCustomer>> Customers { get; } = new();

    public ConcurrentDictionary<string, Answer<WeComGroupChat>> Chats { get; } = new();

    /// <summary>Null if no event was about tags.</summary>
    public Answer<WeComCorpTags>? Tags { get; set; }
}
