using System.Globalization;
using Hangfire;
using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Sync;
using WeComSync.Worker.Sync.Directory;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Contacts;

namespace WeComSync.Worker.WebConsole.Directory.Writing;

/// <summary>
/// Writes departments and employees to WeCom and mirrors what came of it, in the way in which <c>sync TENANT user ID</c> does: WeCom sends
/// no event for what is written with the contact-sync secret.
/// </summary>
internal sealed partial class DirectoryWriter(
    ContactWriter contacts, SyncRunner runner, WriteAccess access, IBackgroundJobClient jobs, TimeProvider clock, ILogger<DirectoryWriter> logger)
{
    /// <summary>How long a visitor waits for another run of the enterprise to end before a job mirrors instead.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public Task<WriteResult> CreateUserAsync(Tenant tenant, WrittenUser user, CancellationToken ct) =>
        WriteAsync(tenant, User(user.Userid), (caller, stop) => contacts.CreateUserAsync(caller, user, stop), ct);

    /// <param name="tenant">Whose.</param>
    /// <param name="user">What is changed.</param>
    /// <param name="led">Departments whose leaders that changes.</param>
    /// <param name="ct">Stops before anything is written.</param>
    public async Task<WriteResult> UpdateUserAsync(Tenant tenant, WrittenUser user, IReadOnlyCollection<long> led, CancellationToken ct) =>
        await WithLeadersAsync(tenant, led, await WriteAsync(tenant, User(user.Userid), (caller, stop) => contacts.UpdateUserAsync(caller, user, stop), ct));

    /// <param name="tenant">Whose.</param>
    /// <param name="userId">Who goes.</param>
    /// <param name="led">Departments whom he leads.</param>
    /// <param name="ct">Stops before anything is written.</param>
    public async Task<WriteResult> DeleteUserAsync(Tenant tenant, string userId, IReadOnlyCollection<long> led, CancellationToken ct) =>
        await WithLeadersAsync(
            tenant, led, await WriteAsync(tenant, User(userId) with { Deleted = true }, (caller, stop) => contacts.DeleteUserAsync(caller, userId, stop), ct));

    /// <returns>With the new id, unless it was refused.</returns>
    public Task<WriteResult> CreateDepartmentAsync(Tenant tenant, WrittenDepartment department, CancellationToken ct) =>
        WriteAsync(tenant, async (caller, stop) => Department(await contacts.CreateDepartmentAsync(caller, department, stop)), wanted: null, ct);

    public Task<WriteResult> UpdateDepartmentAsync(Tenant tenant, WrittenDepartment department, CancellationToken ct) =>
        WriteAsync(tenant, Department(department.Id!.Value), (caller, stop) => contacts.UpdateDepartmentAsync(caller, department, stop), ct);

    public Task<WriteResult> DeleteDepartmentAsync(Tenant tenant, long id, CancellationToken ct) =>
        WriteAsync(tenant, Department(id) with { Deleted = true }, (caller, stop) => contacts.DeleteDepartmentAsync(caller, id, stop), ct);

    /// <summary>Departments name their leaders: they are read again too.</summary>
    private async Task<WriteResult> WithLeadersAsync(Tenant tenant, IReadOnlyCollection<long> led, WriteResult result)
    {
        foreach (var id in result.Refusal is null ? led : [])
        {
            result = result with { IsMirrored = await MirrorAsync(tenant, Department(id), CancellationToken.None) && result.IsMirrored };
        }

        return result;
    }

    private Task<WriteResult> WriteAsync(Tenant tenant, WantedObject wanted, Func<WeComCaller, CancellationToken, Task> write, CancellationToken ct) =>
        WriteAsync(
            tenant,
            async (caller, stop) =>
            {
                await write(caller, stop);
                return wanted;
            },
            wanted,
            ct);

    /// <param name="tenant">Whose.</param>
    /// <param name="write">Writes, and says what to mirror.</param>
    /// <param name="wanted">What to mirror when WeCom gave no answer; null if that is not known.</param>
    /// <param name="ct">Stops before anything is written; afterwards it is mirrored in any case.</param>
    private async Task<WriteResult> WriteAsync(
        Tenant tenant, Func<WeComCaller, CancellationToken, Task<WantedObject>> write, WantedObject? wanted, CancellationToken ct)
    {
        WeComException? silence = null;
        try
        {
            wanted = await write(WriteAccess.Caller(tenant), ct);
        }
        catch (WeComException refused) when (refused.ErrCode is not null)
        {
            LogRefused(tenant.Id, refused.Endpoint, refused.ErrCode);
            if (WriteAccess.IsMissing(refused.ErrCode))
            {
                await access.NoteAsync(tenant.Id, allowed: false, refused.ErrCode, refused.Message, ct);
            }

            return new WriteResult { Refusal = refused };
        }
        catch (WeComException unanswered)
        {
            // Deleted or not, nobody knows: then absence is proved by whole lists again.
            silence = unanswered;
            wanted = wanted is null ? null : wanted with { Deleted = false };
        }

        // It is done: whoever closes his browser now must not keep it from being mirrored.
        var mirrored = wanted is not null && await MirrorAsync(tenant, wanted, CancellationToken.None);
        return new WriteResult { Silence = silence, Id = wanted?.Id, IsMirrored = mirrored };
    }

    private async Task<bool> MirrorAsync(Tenant tenant, WantedObject wanted, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                var report = await runner.RunAsync(tenant.Id, SyncKind.OneObject, new SyncRequest { Trigger = SyncTrigger.Console, Object = wanted }, ct);
                LogMirrored(tenant.Id, wanted.Kind, report.RunId, report.State);
                return report.State == RunState.Done;
            }
            catch (MirrorBusyException) when (clock.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(Pause, clock, ct);
            }
            catch (MirrorBusyException busy)
            {
                LogLeft(tenant.Id, wanted.Kind, busy.Message);
                // Hangfire's client is synchronous and waits for PostgreSQL.
                await Task.Run(
                    () => jobs.Enqueue<IObjectSyncJob>(job => job.RunAsync(tenant.Id, wanted.Kind, wanted.Id, wanted.Deleted, CancellationToken.None)), ct);
                return false;
            }
        }
    }

    private static WantedObject User(string id) => new(DirectoryTables.User, id);

    private static WantedObject Department(long id) => new(DirectoryTables.Department, id.ToString(CultureInfo.InvariantCulture));

    [LoggerMessage(LogLevel.Information, "Tenant {TenantId}: {Endpoint} was refused ({Code})")]
    private partial void LogRefused(long tenantId, string endpoint, int? code);

    [LoggerMessage(LogLevel.Information, "Tenant {TenantId}: a {Kind} was written to WeCom and mirrored by run {Run}: {State}")]
    private partial void LogMirrored(long tenantId, string kind, long run, RunState state);

    [LoggerMessage(LogLevel.Information, "Tenant {TenantId}: a {Kind} was written to WeCom and is mirrored by a job, as soon as it can be. {Why}")]
    private partial void LogLeft(long tenantId, string kind, string why);
}

/// <summary>How writing ended.</summary>
internal sealed record WriteResult
{
    /// <summary>WeCom said no: nothing was changed.</summary>
    public WeComException? Refusal { get; init; }

    /// <summary>WeCom gave no answer that was understood: whether it was done is unknown.</summary>
    public WeComException? Silence { get; init; }

    /// <summary>WeCom's id of what was written, as far as known.</summary>
    public string? Id { get; init; }

    /// <summary>False: the mirror says it a little later.</summary>
    public bool IsMirrored { get; init; }
}
