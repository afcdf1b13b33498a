using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using WeComSync.Worker.WeCom.Http;
using WeComSync.Worker.WeCom.Json;
using WeComSync.Worker.WeCom.Tokens;

namespace WeComSync.Worker.WeCom;

/// <summary>
/// WeCom's directory interface, one method per endpoint. Every method throws <see cref="WeComException"/> and nothing else
/// of its own when WeCom refuses or cannot be reached; passing faults were tried again by then. It only reads.
/// </summary>
internal sealed class WeComClient(WeComCalls calls, AccessTokens tokens, Resilience resilience)
{
    /// <summary>The most rows that <c>user/list_id</c> puts on a page.</summary>
    private const int PageSize = 10_000;

    /// <summary>Asks for a new token, whatever token is at hand: shows whether the stored secret is good now.</summary>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/91039</remarks>
    public Task CheckSecretAsync(WeComCaller caller, CancellationToken ct) => tokens.RenewAsync(caller, ct);

    /// <summary>
    /// Lists departments without names: with the contact-sync secret all of the corp, with the application's those it may see.
    /// </summary>
    /// <returns>All of them at once; parents in any place of the list, or not in it.</returns>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/95350</remarks>
    public async Task<IReadOnlyList<WeComDepartmentNode>> ListDepartmentIdsAsync(WeComCaller caller, CancellationToken ct)
    {
        var (reply, at) = await calls.AskAsync(caller, new WeComRequest("department/simplelist"), WeComJson.Default.DepartmentIdsReply, ct);
        var nodes = reply.DepartmentId ?? throw WeComFault.NoList("department/simplelist");
        foreach (var node in nodes)
        {
            node.FetchedAt = at;
        }

        return nodes;
    }

    /// <summary>Lists every department that the credential may see; contact sync gets 48009 from new addresses.</summary>
    /// <returns>All of them at once; parents in any place of the list, or not in it.</returns>
    /// <remarks>No id is sent: naming the root fails where it is out of sight. https://developer.work.weixin.qq.com/document/path/90208</remarks>
    public async Task<IReadOnlyList<WeComDepartment>> ListDepartmentsAsync(WeComCaller caller, CancellationToken ct)
    {
        var (reply, at) = await calls.AskAsync(caller, new WeComRequest("department/list"), WeComJson.Default.DepartmentsReply, ct);
        return Dated(reply.Department ?? throw WeComFault.NoList("department/list"), at);
    }

    /// <summary>Reads one department.</summary>
    /// <exception cref="WeComException">Class <see cref="WeComErrorClass.SkipRow"/>: it does not exist, or is out of sight.</exception>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/95351</remarks>
    public async Task<WeComDepartment> GetDepartmentAsync(WeComCaller caller, long id, CancellationToken ct)
    {
        var (reply, at) = await calls.AskAsync(caller, new WeComRequest("department/get", $"id={Text(id)}"), WeComJson.Default.DepartmentReply, ct);
        return reply.Department is [{ } department, ..]
            ? Dated([department], at)[0]
            : throw WeComFault.Incomplete("department/get", "department");
    }

    /// <summary>Lists who belongs to which department, over the whole corp; contact-sync secret only.</summary>
    /// <returns>All pages to the end, one row per person and department. The list is complete only if its end is reached.</returns>
    /// <exception cref="WeComException">
    /// Class <see cref="WeComErrorClass.Restart"/>: WeCom lost or repeated a cursor, so the listing must begin again.
    /// </exception>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/96067</remarks>
    public async IAsyncEnumerable<WeComMembership> ListUserIdsAsync(WeComCaller caller, [EnumeratorCancellation] CancellationToken ct)
    {
        var cursors = new PageCursors("user/list_id");
        do
        {
            var cursor = cursors.Current.Length == 0 ? null : cursors.Current;
            var body = JsonSerializer.SerializeToUtf8Bytes(new UserIdsRequest(cursor, PageSize), WeComJson.Default.UserIdsRequest);
            var (page, at) = await calls.AskAsync(
                caller, new WeComRequest(cursors.Endpoint) { Body = body }, WeComJson.Default.UserIdsReply, ct);
            // An end that is no end: whoever is missing from here on would look as if they had left.
            var rows = page.DeptUser ?? throw cursors.NoList();
            foreach (var row in rows)
            {
                yield return new WeComMembership(row.Userid ?? "", row.Department ?? 0, at);
            }

            cursors.MoveTo(page.NextCursor, rows);
        }
        while (!cursors.Ended);
    }

    /// <summary>Lists the members of a department with everything that the credential may read of them, as they arrive.</summary>
    /// <param name="caller">The application's credential; contact sync gets 48009 from new addresses.</param>
    /// <param name="departmentId">The department.</param>
    /// <param name="fetchChild">Also those of the departments below. Not every corp's WeCom honours it still.</param>
    /// <param name="ct">Ends the listing.</param>
    /// <returns>
    /// Everybody at least once. When the answer breaks off it is asked for again from its start, so people may come twice,
    /// the later copy being the newer. The list is complete only if its end is reached.
    /// </returns>
    /// <exception cref="WeComException">Class <see cref="WeComErrorClass.Split"/>: too many for one answer; ask per department.</exception>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/90201</remarks>
    public async IAsyncEnumerable<WeComUser> ListUsersAsync(
        WeComCaller caller, long departmentId, bool fetchChild, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = new WeComRequest("user/list", $"department_id={Text(departmentId)}{(fetchChild ? "&fetch_child=1" : "")}") { Big = true };
        for (var failures = 0; ; await resilience.DelayAsync(failures, ct))
        {
            await using var list = await calls.SendAsync(caller, request, UserListBody.OpenAsync, ct);
            while (true)
            {
                try
                {
                    if (!await list.ReadAsync(ct))
                    {
                        yield break;
                    }
                }
                catch (WeComException broken) when (broken.Class == WeComErrorClass.Retry)
                {
                    if (++failures > resilience.Retries)
                    {
                        throw resilience.GiveUp(broken);
                    }

                    break;
                }

                foreach (var user in list.Members)
                {
                    yield return user;
                }

                list.Members.Clear();
            }
        }
    }

    /// <summary>Reads one member. WeCom finds them without regard to case.</summary>
    /// <exception cref="WeComException">
    /// Class <see cref="WeComErrorClass.SkipRow"/>: unknown, left, or out of sight; WeCom does not say which.
    /// </exception>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/90196</remarks>
    public async Task<WeComUser> GetUserAsync(WeComCaller caller, string userId, CancellationToken ct)
    {
        var request = new WeComRequest("user/get", $"userid={Uri.EscapeDataString(userId)}");
        var (user, at) = await calls.AskAsync(caller, request, WeComJson.Default.WeComUser, ct);
        if (user.UserId.Length == 0)
        {
            throw WeComFault.Incomplete(request.Endpoint, "userid");
        }

        user.FetchedAt = at;
        return user;
    }

    /// <summary>Lists all contact tags of the corp.</summary>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/90216</remarks>
    public async Task<IReadOnlyList<WeComTag>> ListTagsAsync(WeComCaller caller, CancellationToken ct)
    {
        var (reply, at) = await calls.AskAsync(caller, new WeComRequest("tag/list"), WeComJson.Default.TagsReply, ct);
        var tags = reply.Taglist ?? throw WeComFault.NoList("tag/list");
        foreach (var tag in tags)
        {
            tag.FetchedAt = at;
        }

        return tags;
    }

    /// <summary>Reads whom a tag names, as far as the credential may see.</summary>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/90213</remarks>
    public async Task<WeComTagMembers> GetTagAsync(WeComCaller caller, long tagId, CancellationToken ct)
    {
        var (reply, at) = await calls.AskAsync(caller, new WeComRequest("tag/get", $"tagid={Text(tagId)}"), WeComJson.Default.TagReply, ct);
        // A list with a hole in it says as little about who carries the tag as none.
        return new WeComTagMembers(
            tagId, reply.Tagname,
            reply.Userlist is { } users && users.All(u => !string.IsNullOrEmpty(u.Userid)) ? Ids(users) : null,
            reply.Partylist is { } departments && !departments.Contains(0) ? departments : null, at);
    }

    /// <summary>Reads the application's own settings, above all its visible range.</summary>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/90227</remarks>
    public async Task<WeComAgent> GetAgentAsync(WeComCaller caller, long agentId, CancellationToken ct)
    {
        var (reply, at) = await calls.AskAsync(caller, new WeComRequest("agent/get", $"agentid={Text(agentId)}"), WeComJson.Default.AgentReply, ct);
        return new WeComAgent(
            reply.Agentid ?? agentId, reply.Name, reply.Close == 1,
            Ids(reply.AllowUserinfos?.User ?? []), reply.AllowPartys?.Partyid ?? [], reply.AllowTags?.Tagid ?? [], at)
        {
            LogoUrl = reply.SquareLogoUrl,
            Description = reply.Description,
            RedirectDomain = reply.RedirectDomain,
            HomeUrl = reply.HomeUrl,
        };
    }

    /// <summary>Lists the addresses that WeCom says callbacks come from. Callbacks from others were seen.</summary>
    /// <returns>Addresses, also with a star for the last part.</returns>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/97073</remarks>
    public Task<IReadOnlyList<string>> GetCallbackIpsAsync(WeComCaller caller, CancellationToken ct) => GetAddressesAsync(caller, "getcallbackip", ct);

    /// <summary>Lists the addresses behind WeCom's interface, for firewalls.</summary>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/98988</remarks>
    public Task<IReadOnlyList<string>> GetApiDomainIpsAsync(WeComCaller caller, CancellationToken ct) =>
        GetAddressesAsync(caller, "get_api_domain_ip", ct);

    private async Task<IReadOnlyList<string>> GetAddressesAsync(WeComCaller caller, string endpoint, CancellationToken ct)
    {
        var (reply, _) = await calls.AskAsync(caller, new WeComRequest(endpoint), WeComJson.Default.AddressesReply, ct);
        return reply.IpList ?? throw WeComFault.NoList(endpoint);
    }

    private static WeComDepartment[] Dated(WeComDepartment[] departments, DateTimeOffset at)
    {
        foreach (var department in departments)
        {
            department.FetchedAt = at;
        }

        return departments;
    }

    private static string[] Ids(UserIdRow[] rows) => [.. rows.Select(row => row.Userid).OfType<string>().Where(id => id.Length > 0)];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
