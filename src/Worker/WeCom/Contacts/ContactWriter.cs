using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WeComSync.Worker.WeCom.Http;
using WeComSync.Worker.WeCom.Json;

namespace WeComSync.Worker.WeCom.Contacts;

/// <summary>
/// The part of WeCom's directory interface that writes, one method per endpoint; contact-sync secret with the permission 编辑 only. Nothing
/// is sent twice: a <see cref="WeComException"/> without an errcode leaves open whether WeCom did it. WeCom sends no event for it either.
/// </summary>
internal sealed class ContactWriter(WeComCalls calls)
{
    /// <summary>Adds a member; WeCom makes unknown departments for him.</summary>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/90195</remarks>
    public Task CreateUserAsync(WeComCaller caller, WrittenUser user, CancellationToken ct) =>
        PostAsync(caller, "user/create", user, WrittenJson.Default.WrittenUser, ct);

    /// <summary>Changes a member. The mobile of somebody who has activated his account stays, without an error.</summary>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/90197</remarks>
    public Task UpdateUserAsync(WeComCaller caller, WrittenUser user, CancellationToken ct) =>
        PostAsync(caller, "user/update", user, WrittenJson.Default.WrittenUser, ct);

    /// <summary>Deletes a member and the mail account that belongs to him.</summary>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/90198</remarks>
    public Task DeleteUserAsync(WeComCaller caller, string userId, CancellationToken ct) =>
        AskAsync(caller, new WeComRequest("user/delete", $"userid={Uri.EscapeDataString(userId)}") { Writes = true }, ct);

    /// <returns>The new department's id.</returns>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/90205</remarks>
    public async Task<long> CreateDepartmentAsync(WeComCaller caller, WrittenDepartment department, CancellationToken ct)
    {
        const string endpoint = "department/create";
        var reply = await PostAsync(caller, endpoint, department, WrittenJson.Default.WrittenDepartment, ct);
        return reply.Id ?? throw WeComFault.Incomplete(endpoint, "id");
    }

    /// <remarks>https://developer.work.weixin.qq.com/document/path/90206</remarks>
    public Task UpdateDepartmentAsync(WeComCaller caller, WrittenDepartment department, CancellationToken ct) =>
        PostAsync(caller, "department/update", department, WrittenJson.Default.WrittenDepartment, ct);

    /// <summary>Deletes a department that has neither members nor departments.</summary>
    /// <remarks>https://developer.work.weixin.qq.com/document/path/90207</remarks>
    public Task DeleteDepartmentAsync(WeComCaller caller, long id, CancellationToken ct) =>
        AskAsync(caller, new WeComRequest("department/delete", string.Create(CultureInfo.InvariantCulture, $"id={id}")) { Writes = true }, ct);

    private Task<WrittenReply> PostAsync<T>(WeComCaller caller, string endpoint, T body, JsonTypeInfo<T> type, CancellationToken ct) =>
        AskAsync(caller, new WeComRequest(endpoint) { Body = JsonSerializer.SerializeToUtf8Bytes(body, type), Writes = true }, ct);

    private async Task<WrittenReply> AskAsync(WeComCaller caller, WeComRequest request, CancellationToken ct)
    {
        var (reply, _) = await calls.AskAsync(caller, request, WeComJson.Default.WrittenReply, ct);
        return reply;
    }
}
