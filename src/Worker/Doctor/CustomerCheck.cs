using System.Runtime.CompilerServices;
using Npgsql;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.Sync;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Doctor;

/// <summary>
/// Whether customer contact can be read, by whom, and with what. Most companies do not use it, so a refusal is no fault as long as the
/// mirror has no customers.
/// </summary>
internal sealed class CustomerCheck(CustomerClient client, NpgsqlDataSource dataSource, TimeProvider clock)
{
    /// <summary>Members who are asked for a customer whose unionid would show the developer id.</summary>
    private const int MembersTried = 5;

    public async IAsyncEnumerable<DoctorFinding> RunAsync(DoctorVisit visit, [EnumeratorCancellation] CancellationToken ct)
    {
        if (!visit.Working.Contains(Channel.Customers) && !visit.Working.Contains(Channel.App))
        {
            yield break;
        }

        var mirrored = await ReadMirrorAsync(visit.Tenant.Id, ct);
        var (members, failure) = await visit.AskAsync(
            "externalcontact/get_follow_user_list", stop => client.ListFollowUsersAsync(visit.Caller(Channel.Customers), stop), ct);
        yield return JudgeMembers(visit, members, failure, mirrored);
        if (await JudgeApplicationAsync(visit, failure is null, ct) is { } application)
        {
            yield return application;
        }

        if (members is { Count: > 0 })
        {
            yield return await JudgeDeveloperIdAsync(visit, members, mirrored, ct);
        }

        if (JudgePulls(visit.Tenant, mirrored) is { } pulls)
        {
            yield return pulls;
        }
    }

    private static DoctorFinding JudgeMembers(DoctorVisit visit, IReadOnlyList<string>? members, WeComException? failure, Mirrored mirrored)
    {
        var verdict = mirrored.Relations > 0 ? DoctorVerdict.Wrong : DoctorVerdict.Ok;
        if (failure is not null)
        {
            var text = failure.ErrCode switch
            {
                WeComErrors.NotGranted when visit.SettingsOf(Channel.Customers)?.Secret is not null => TenantTexts.CustomerSecretRefused,
                WeComErrors.NotGranted => TenantTexts.ApplicationNotListed,
                WeComErrors.NobodyServes => TenantTexts.CustomersNobody,
                _ => TenantTexts.CustomersRefused,
            };
            return new DoctorFinding(
                Checks.Customers, verdict, text, failure.Endpoint, failure.FromIp ?? "?", failure.Reason,
                (object?)failure.ErrCode ?? Words.Same("-"))
            {
                Code = failure.ErrCode,
            };
        }

        return members!.Count == 0
            ? new DoctorFinding(Checks.Customers, verdict, TenantTexts.CustomersNobody)
            : new DoctorFinding(Checks.Customers, DoctorVerdict.Ok, TenantTexts.Customers, members.Count);
    }

    /// <summary>With a customer secret of its own a company works without a listed application, until WeCom shuts that secret off.</summary>
    private async Task<DoctorFinding?> JudgeApplicationAsync(DoctorVisit visit, bool customersWork, CancellationToken ct)
    {
        if (visit.SettingsOf(Channel.Customers)?.Secret is null)
        {
            return customersWork ? new DoctorFinding(Checks.CustomerApplication, DoctorVerdict.Ok, TenantTexts.ApplicationListed) : null;
        }

        if (!visit.Working.Contains(Channel.App))
        {
            return null;
        }

        var (_, refused) = await visit.AskAsync(
            "externalcontact/get_follow_user_list", stop => client.ListFollowUsersAsync(visit.Caller(Channel.App), stop), ct);
        return refused switch
        {
            null => new DoctorFinding(Checks.CustomerApplication, DoctorVerdict.Ok, TenantTexts.ApplicationListed),
            { ErrCode: WeComErrors.NotGranted } => new DoctorFinding(Checks.CustomerApplication, DoctorVerdict.Warning, TenantTexts.OnlyCustomerSecret)
            {
                Code = refused.ErrCode,
            },
            _ => DoctorVisit.Failed(Checks.CustomerApplication, Channel.App, refused),
        };
    }

    /// <summary>WeCom gives the unionid of WeChat users, and only while a developer id is bound: one that was seen proves it.</summary>
    private async Task<DoctorFinding> JudgeDeveloperIdAsync(DoctorVisit visit, IReadOnlyList<string> members, Mirrored mirrored, CancellationToken ct)
    {
        if (mirrored.WithUnionid > 0)
        {
            return new DoctorFinding(
                Checks.DeveloperId, DoctorVerdict.Ok, TenantTexts.UnionidsSeen, mirrored.WithUnionid, mirrored.WeChatUsers);
        }

        var (customer, failure) = await visit.AskAsync("externalcontact/get", stop => FindWeChatUserAsync(visit, members, stop), ct);
        return (customer, failure) switch
        {
            ({ Contact.Unionid: not null }, _) => new DoctorFinding(Checks.DeveloperId, DoctorVerdict.Ok, TenantTexts.UnionidRead),
            (not null, _) => new DoctorFinding(Checks.DeveloperId, DoctorVerdict.Warning, TenantTexts.NoUnionid),
            (_, not null) => DoctorVisit.Failed(Checks.DeveloperId, Channel.Customers, failure),
            _ => new DoctorFinding(Checks.DeveloperId, DoctorVerdict.Ok, TenantTexts.NoCustomerToTry),
        };
    }

    private async Task<WeComCustomer?> FindWeChatUserAsync(DoctorVisit visit, IReadOnlyList<string> members, CancellationToken ct)
    {
        var caller = visit.Caller(Channel.Customers);
        foreach (var member in members.Where(id => id.Length > 0).Take(MembersTried))
        {
            try
            {
                // WeChat users have ids with wm; wo are users of WeCom, who never have a unionid.
                var customers = await client.ListCustomersAsync(caller, member, ct);
                if (customers.FirstOrDefault(id => id.StartsWith("wm", StringComparison.Ordinal)) is { } found)
                {
                    return await client.GetCustomerAsync(caller, found, ct);
                }
            }
            catch (WeComException gone) when (gone.Class == WeComErrorClass.SkipRow)
            {
                // The member left, or deleted the customer, a moment ago.
            }
        }

        return null;
    }

    private DoctorFinding? JudgePulls(Tenant tenant, Mirrored mirrored) => mirrored switch
    {
        { RestsSince: { } since } => new DoctorFinding(Checks.CustomerPulls, DoctorVerdict.Ok, TenantTexts.PullsRest, Words.Of(clock.GetUtcNow() - since), tenant.Key),
        { PulledAt: { } at } => new DoctorFinding(Checks.CustomerPulls, DoctorVerdict.Ok, TenantTexts.LastPull, Words.Of(clock.GetUtcNow() - at), mirrored.Relations),
        _ => null,
    };

    private async Task<Mirrored> ReadMirrorAsync(long tenantId, CancellationToken ct)
    {
        await using var read = dataSource.CreateCommand("""
            SELECT (SELECT count(*) FROM mirror.follows WHERE tenant_id = $1 AND removed_at IS NULL),
                   (SELECT count(*) FROM mirror.customers WHERE tenant_id = $1 AND removed_at IS NULL AND type = 1),
                   (SELECT count(*) FROM mirror.customers WHERE tenant_id = $1 AND removed_at IS NULL AND unionid IS NOT NULL),
                   (SELECT since FROM control.customer_rests WHERE tenant_id = $1),
                   (SELECT finished_at FROM control.customer_pulls WHERE tenant_id = $1)
            """);
        read.Add(tenantId);
        await using var row = await read.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return new Mirrored(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), Time(3), Time(4));

        DateTimeOffset? Time(int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
    }

    private sealed record Mirrored(long Relations, long WeChatUsers, long WithUnionid, DateTimeOffset? RestsSince, DateTimeOffset? PulledAt);
}
