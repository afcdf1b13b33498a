using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WeComSync.Worker.WeCom.Http;
using WeComSync.Worker.WeCom.Json;

namespace WeComSync.Worker.WeCom.Customers;

/// <summary>
/// WeCom's customer interface (客户联系), one method per endpoint. It behaves as <see cref="WeComClient"/> does and only reads. The
/// caller's credential is customer contact, which without a secret of its own uses the application's.
/// </summary>
internal sealed class CustomerClient(WeComCalls calls)
{
    /// <summary>The most members of one <see cref="ReadFollowsAsync"/>.</summary>
    public const int MostMembers = 100;

    /// <summary>The most owners of one <see cref="ListGroupChatsAsync"/>.</summary>
    public const int MostOwners = 100;

    /// <summary>The most relations on a page.</summary>
    public const int FollowsOnPage = 100;

    private const int GroupChatsOnPage = 1000;

    /// <summary>A listing that lost its cursor begins again so often.</summary>
    private const int Restarts = 2;

    /// <summary>Lists the members who have the customer function and whom the credential sees. Nobody outside both is there.</summary>
    /// <returns><c>""</c> for an entry that is no id.</returns>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/92571</remarks>
    public async Task<IReadOnlyList<string>> ListFollowUsersAsync(WeComCaller caller, CancellationToken ct)
    {
        var (reply, _) = await calls.AskAsync(
            caller, new WeComRequest("externalcontact/get_follow_user_list"), WeComJson.Default.FollowUsersReply, ct);
        return reply.FollowUser ?? throw WeComFault.NoList("externalcontact/get_follow_user_list");
    }

    /// <summary>Lists the customers of one member. Whoever is not there was removed by the member.</summary>
    /// <returns>All at once; none where WeCom answers 84061, which here means that there are none.</returns>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/92113</remarks>
    public async Task<IReadOnlyList<string>> ListCustomersAsync(WeComCaller caller, string userId, CancellationToken ct)
    {
        try
        {
            var request = new WeComRequest("externalcontact/list", $"userid={Uri.EscapeDataString(userId)}");
            var (reply, _) = await calls.AskAsync(caller, request, WeComJson.Default.ExternalUserIdsReply, ct);
            var ids = reply.ExternalUserIds ?? throw WeComFault.NoList(request.Endpoint);
            return ids.Contains("") ? throw WeComFault.Hole(request.Endpoint) : ids;
        }
        catch (WeComException none) when (none.ErrCode == WeComErrors.NoRelation)
        {
            return [];
        }
    }

    /// <summary>Reads one customer with all followers, over all pages.</summary>
    /// <exception cref="WeComException">
    /// Class <see cref="WeComErrorClass.SkipRow"/>: 84061 nobody follows the person (any more, or yet), 40096 not of this corp or all
    /// followers out of sight.
    /// </exception>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/92114</remarks>
    public Task<WeComCustomer> GetCustomerAsync(WeComCaller caller, string externalUserId, CancellationToken ct) =>
        WholeAsync(() => ReadCustomerAsync(caller, externalUserId, ct));

    private async Task<WeComCustomer> ReadCustomerAsync(WeComCaller caller, string externalUserId, CancellationToken ct)
    {
        const string endpoint = "externalcontact/get";
        WeComExternalContact? contact = null;
        DateTimeOffset? fetchedAt = null;
        var follows = new List<WeComFollow>();
        var cursors = new PageCursors(endpoint);
        do
        {
            var query = $"external_userid={Uri.EscapeDataString(externalUserId)}";
            if (cursors.Current.Length > 0)
            {
                query += $"&cursor={Uri.EscapeDataString(cursors.Current)}";
            }

            var (page, at) = await PageAsync(cursors, () => calls.AskAsync(caller, new WeComRequest(endpoint, query), WeComJson.Default.CustomerReply, ct));
            contact ??= page.ExternalContact;
            fetchedAt ??= at;
            // Nobody follows the person where the list is missing: WeCom leaves it out then.
            var followers = page.FollowUser ?? [];
            follows.AddRange(followers.Where(f => f.UserId.Length > 0));
            cursors.MoveTo(page.NextCursor, [.. followers.Select(f => f.UserId)]);
        }
        while (!cursors.Ended);

        return new WeComCustomer(
            contact is { ExternalUserId.Length: > 0 } ? contact : throw WeComFault.Incomplete(endpoint, "customer"),
            follows, fetchedAt.Value);
    }

    /// <summary>Reads every relation of some members, page by page, in no particular order.</summary>
    /// <param name="caller">The credential.</param>
    /// <param name="userIds">At most <see cref="MostMembers"/>. Members without customers contribute nothing.</param>
    /// <param name="ct">Ends the listing.</param>
    /// <returns>A relation may come twice while customers come and go. The reading is complete only if its end is reached.</returns>
    /// <exception cref="WeComException">
    /// Class <see cref="WeComErrorClass.Restart"/>: WeCom lost or repeated a cursor, so the reading must begin again. Class
    /// <see cref="WeComErrorClass.SkipRow"/>: one of the members is unknown, gone or out of sight; WeCom does not say which.
    /// </exception>
    /// <remarks>A cursor belongs to its list of members and is not kept. https://developer.work.weixin.qq.com/document/path/92994</remarks>
    public async IAsyncEnumerable<WeComFollowPage> ReadFollowsAsync(
        WeComCaller caller, IReadOnlyList<string> userIds, [EnumeratorCancellation] CancellationToken ct)
    {
        var cursors = new PageCursors("externalcontact/batch/get_by_user");
        do
        {
            FollowsReply page;
            DateTimeOffset at;
            try
            {
                var body = new FollowsRequest(userIds, cursors.Current, FollowsOnPage);
                (page, at) = await PageAsync(
                    cursors, () => PostAsync(caller, cursors.Endpoint, body, WeComJson.Default.FollowsRequest, WeComJson.Default.FollowsReply, ct));
            }
            catch (WeComException none) when (none.ErrCode == WeComErrors.NoRelation)
            {
                // None of these members has a customer.
                yield break;
            }

            if (page.ExternalContactList is null)
            {
                // An end that is no end: whoever is missing from here on would look as if the member had removed him.
                throw cursors.NoList();
            }

            yield return new WeComFollowPage(
                [
                    .. page.ExternalContactList
                        .Where(row => row is { ExternalContact.ExternalUserId.Length: > 0, FollowInfo.UserId.Length: > 0 })
                        .Select(row => new WeComFollowRow(row.ExternalContact!, row.FollowInfo!)),
                ],
                page.FailInfo?.Unlicensed ?? [],
                page.ExternalContactList.Count(row => row is not { ExternalContact.ExternalUserId.Length: > 0, FollowInfo.UserId.Length: > 0 }), at);
            cursors.MoveTo(page.NextCursor, [.. page.ExternalContactList.Select(row => (row.ExternalContact?.ExternalUserId, row.FollowInfo?.UserId))]);
        }
        while (!cursors.Ended);
    }

    /// <summary>Reads all corp tags. A tag that is not there was deleted.</summary>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/92117</remarks>
    public async Task<WeComCorpTags> ListCorpTagsAsync(WeComCaller caller, CancellationToken ct)
    {
        const string endpoint = "externalcontact/get_corp_tag_list";
        var (reply, at) = await PostAsync(
            caller, endpoint, new CorpTagsRequest(), WeComJson.Default.CorpTagsRequest, WeComJson.Default.CorpTagsReply, ct);
        return new WeComCorpTags(reply.TagGroup ?? throw WeComFault.NoList(endpoint), at);
    }

    /// <summary>Lists the group chats of some owners, over all pages.</summary>
    /// <param name="caller">The credential.</param>
    /// <param name="owners">At most <see cref="MostOwners"/>; also those who left, whose chats are listed only so.</param>
    /// <param name="ct">Ends the listing.</param>
    /// <remarks>Without owners WeCom refuses ranges of more than 1,000 people (81017). https://developer.work.weixin.qq.com/document/path/92120</remarks>
    public Task<IReadOnlyList<WeComGroupChatEntry>> ListGroupChatsAsync(
        WeComCaller caller, IReadOnlyList<string> owners, CancellationToken ct) => WholeAsync(() => ReadGroupChatsAsync(caller, owners, ct));

    private async Task<IReadOnlyList<WeComGroupChatEntry>> ReadGroupChatsAsync(
        WeComCaller caller, IReadOnlyList<string> owners, CancellationToken ct)
    {
        var chats = new List<WeComGroupChatEntry>();
        var cursors = new PageCursors("externalcontact/groupchat/list");
        do
        {
            var body = new GroupChatsRequest(0, new GroupChatOwners(owners), cursors.Current, GroupChatsOnPage);
            var (page, _) = await PageAsync(cursors, () => PostAsync(
                caller, cursors.Endpoint, body, WeComJson.Default.GroupChatsRequest, WeComJson.Default.GroupChatsReply, ct));
            var rows = page.GroupChatList ?? throw cursors.NoList();
            chats.AddRange(rows);
            cursors.MoveTo(page.NextCursor, rows);
        }
        while (!cursors.Ended);
        return chats;
    }

    /// <summary>Reads one group chat with its members and their names. Just after a change it may still be as before.</summary>
    /// <exception cref="WeComException">Class <see cref="WeComErrorClass.SkipRow"/>: dismissed, or its owner is out of sight.</exception>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/92122</remarks>
    public async Task<WeComGroupChat> GetGroupChatAsync(WeComCaller caller, string chatId, CancellationToken ct)
    {
        const string endpoint = "externalcontact/groupchat/get";
        var (reply, at) = await PostAsync(
            caller, endpoint, new GroupChatRequest(chatId, 1), WeComJson.Default.GroupChatRequest, WeComJson.Default.GroupChatReply, ct);
        var chat = reply.GroupChat ?? throw WeComFault.Incomplete(endpoint, "group chat");
        if (chat.Members is not { } members)
        {
            throw WeComFault.NoList(endpoint);
        }

        if (members.Any(m => string.IsNullOrEmpty(m.UserId)))
        {
            throw WeComFault.Hole(endpoint);
        }

        return chat with { ChatId = chatId, FetchedAt = at };
    }

    /// <summary>A ticket that signs pages with the application's identity; it is good for this application alone.</summary>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/94313</remarks>
    public Task<WeComTicket> GetAgentTicketAsync(WeComCaller caller, CancellationToken ct) =>
        GetTicketAsync(caller, new WeComRequest("ticket/get", "type=agent_config"), ct);

    /// <summary>A ticket that signs pages with the corp's identity.</summary>
    /// <remarks>400 an hour for each corp, 100 for each application. https://developer.work.weixin.qq.com/document/path/90506</remarks>
    public Task<WeComTicket> GetCorpTicketAsync(WeComCaller caller, CancellationToken ct) =>
        GetTicketAsync(caller, new WeComRequest("get_jsapi_ticket"), ct);

    private static async Task<T> PageAsync<T>(PageCursors cursors, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (WeComException refused) when (cursors.Read(refused) is { Class: WeComErrorClass.Restart } lost)
        {
            throw lost;
        }
    }

    /// <summary>Reads a listing that is kept whole from its beginning again where WeCom lost or repeated a cursor.</summary>
    private static async Task<T> WholeAsync<T>(Func<Task<T>> read)
    {
        for (var restarts = 0; ; restarts++)
        {
            try
            {
                return await read();
            }
            catch (WeComException lost) when (lost.Class == WeComErrorClass.Restart && restarts < Restarts)
            {
                // Never on in the middle: what the lost cursor had not told yet would be missing.
            }
        }
    }

    private async Task<WeComTicket> GetTicketAsync(WeComCaller caller, WeComRequest request, CancellationToken ct)
    {
        var (reply, at) = await calls.AskAsync(caller, request, WeComJson.Default.TicketReply, ct);
        return reply.HasContent
            ? new WeComTicket(reply.Ticket!, at.AddSeconds(reply.ExpiresIn ?? 0))
            : throw WeComFault.Incomplete(request.Endpoint, "ticket");
    }

    private Task<(TReply Reply, DateTimeOffset At)> PostAsync<TBody, TReply>(
        WeComCaller caller, string endpoint, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TReply> replyType, CancellationToken ct)
        where TReply : class, IReply =>
        calls.AskAsync(
            caller, new WeComRequest(endpoint) { Body = JsonSerializer.SerializeToUtf8Bytes(body, bodyType) }, replyType, ct);
}
