using WeComSync.Simulator.Customers;

namespace WeComSync.Simulator.Corps;

/// <summary>The cursors of the lists of customers, followers, customer groups and transfers.</summary>
internal sealed class CustomerPages
{
    public CursorPages<FollowNode> Batches { get; } = new();

    public CursorPages<FollowNode> Followers { get; } = new();

    public CursorPages<ChatNode> Chats { get; } = new();

    public CursorPages<Transfer> Transfers { get; } = new();
}
