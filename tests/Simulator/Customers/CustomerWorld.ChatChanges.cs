using System.Collections.Immutable;
using WeComSync.Simulator.Generation;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Customers;

public sealed partial class CustomerWorld
{
    /// <summary>A new group: change_external_chat, create.</summary>
    /// <param name="members">Userids and external_userids beside the owner. An id that nobody has: a stranger.</param>
    public GroupChat AddChat(string ownerUserId, string name, params string[] members)
    {
        var owner = Employed(ownerUserId);
        lock (_gate)
        {
            var node = new ChatNode(_chats.Count, owner);
            var now = _time.GetUtcNow();
            var chat = new GroupChat
            {
                ChatId = ChatMaker.IdOf(_seed, node.Index),
                Owner = owner,
                Name = name,
                CreateTime = now.ToUnixTimeSeconds(),
                Members = [new ChatMember { Staff = owner, JoinTime = Now, JoinScene = 1 }, .. members.Select(id => NewMember(id, owner, 1))],
                MemberVersion = ChatMaker.VersionOf(_seed, node.Index, 0),
            };
            node.Set(null, chat, now);
            Place(node, chat.ChatId);
            Publish(new ChatCreated(chat.ChatId) { Concerns = owner });
            return chat;
        }
    }

    /// <summary>update, add_member. Those who are in it already are skipped.</summary>
    /// <param name="joinScene">As in groupchat/get: 1 invited directly, 2 by an invitation link, 3 by QR code. The event tells 0 or 3.</param>
    public GroupChat JoinChat(string chatId, IEnumerable<string> ids, int joinScene = 1) => ChangeMembers(chatId, areNew: true, joinScene == 3 ? 3 : 0, chat =>
    {
        ChatMember[] joining = [.. ids.Where(id => chat.Members.All(member => member.Id != id)).Distinct().Select(id => NewMember(id, chat.Owner, joinScene))];
        return (chat.Members.AddRange(joining), [.. joining.Select(member => member.Id)]);
    });

    /// <summary>update, del_member.</summary>
    /// <param name="quitScene">0 left, 1 removed by the owner.</param>
    public GroupChat LeaveChat(string chatId, IEnumerable<string> ids, int quitScene = 0) => ChangeMembers(chatId, areNew: false, quitScene, chat =>
    {
        ChatMember[] leaving = [.. chat.Members.Where(member => ids.Contains(member.Id))];
        return (chat.Members.RemoveRange(leaving), [.. leaving.Select(member => member.Id)]);
    });

    public GroupChat RenameChat(string chatId, string name) => ChangeChat(chatId, "change_name", chat => chat with { Name = name });

    public GroupChat SetChatNotice(string chatId, string notice) => ChangeChat(chatId, "change_notice", chat => chat with { Notice = notice });

    /// <summary>Another member becomes the owner. He must be in the group.</summary>
    public GroupChat ChangeChatOwner(string chatId, string userId)
    {
        var owner = Employed(userId);
        return ChangeChat(chatId, "change_owner", chat => chat.Members.Any(member => member.Staff == owner)
            ? chat with { Owner = owner }
            : throw new WorldRuleException(90501, $"{userId} is not in {chatId}."));
    }

    public void DismissChat(string chatId)
    {
        lock (_gate)
        {
            var (node, chat) = ExistingChat(chatId);
            node.Set(chat, null, _time.GetUtcNow());
            Publish(new ChatDismissed(chatId) { Concerns = chat.Owner });
        }
    }

    private GroupChat ChangeChat(string chatId, string detail, Func<GroupChat, GroupChat> change)
    {
        lock (_gate)
        {
            var (node, before) = ExistingChat(chatId);
            var after = change(before);
            node.Set(before, after, _time.GetUtcNow());
            Publish(new ChatChanged(chatId, detail) { Concerns = after.Owner });
            return after;
        }
    }

    private GroupChat ChangeMembers(
        string chatId, bool areNew, int scene, Func<GroupChat, (ImmutableArray<ChatMember> Members, ImmutableArray<string> Changed)> change)
    {
        lock (_gate)
        {
            var (node, before) = ExistingChat(chatId);
            var (members, changed) = change(before);
            if (changed.IsEmpty)
                return before;
            var after = before with { Members = members, MemberVersion = ChatMaker.VersionOf(_seed, node.Index, ++node.Version) };
            node.Set(before, after, _time.GetUtcNow());
            Publish(new ChatMembersChanged(chatId, areNew, scene, changed, before.MemberVersion, after.MemberVersion) { Concerns = after.Owner });
            return after;
        }
    }

    private ChatMember NewMember(string id, PersonNode owner, int scene)
    {
        var staff = _world.FindNode(id);
        return new ChatMember
        {
            Staff = staff,
            ExternalUserId = staff is null ? IdOf(Somebody(id)) : null,
            JoinTime = Now,
            JoinScene = scene,
            Invitor = scene == 1 ? owner : null,
        };
    }

    private (ChatNode Node, GroupChat Chat) ExistingChat(string chatId) =>
        _chatsById.TryGetValue(chatId, out var node) && ChatAt(node, DateTimeOffset.MaxValue) is { } chat
            ? (node, chat)
            : throw new WorldRuleException(90501, $"There is no group {chatId}.");
}
