using WeComSync.Simulator.Generation;

namespace WeComSync.Simulator.Customers;

public sealed partial class CustomerWorld
{
    private readonly List<ChatNode> _chats = [];
    private readonly Dictionary<string, ChatNode> _chatsById = new(StringComparer.Ordinal);
    private ChatMaker? _chatMaker;

    /// <summary>All groups that were not dismissed. Made up while being read.</summary>
    public IEnumerable<GroupChat> Chats => ChatNodes().Select(chat => ChatAt(chat, DateTimeOffset.MaxValue)).OfType<GroupChat>();

    public GroupChat? FindChat(string chatId) => FindChatNode(chatId) is { } node ? ChatAt(node, DateTimeOffset.MaxValue) : null;

    internal ChatNode? FindChatNode(string chatId)
    {
        lock (_gate)
            return _chatsById.GetValueOrDefault(chatId);
    }

    internal ChatNode[] ChatNodes()
    {
        lock (_gate)
            return [.. _chats];
    }

    internal string IdOf(ChatNode chat) => ChatMaker.IdOf(_seed, chat.Index);

    /// <summary>Whether the group existed then, without making it up.</summary>
    internal bool ExistedAt(ChatNode chat, DateTimeOffset time)
    {
        lock (_gate)
            return chat.IsAsMade || chat.At(time) is not null;
    }

    /// <summary>The group as it was then. Null: it did not exist.</summary>
    internal GroupChat? ChatAt(ChatNode chat, DateTimeOffset time)
    {
        lock (_gate)
        {
            if (!chat.IsAsMade)
                return chat.At(time);
        }
        return _chatMaker!.Make(chat.Index, chat.Owner);
    }

    private void Place(ChatNode chat, string id)
    {
        _chats.Add(chat);
        _chatsById.Add(id, chat);
    }
}
