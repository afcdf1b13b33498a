using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom.Customers;

namespace WeComSync.Worker.Doctor;

/// <summary>Whether customer contact could be read. Most companies do not use it, so a refusal is no fault.</summary>
internal sealed class CustomerCheck(CustomerClient client)
{
    public async Task<DoctorFinding?> RunAsync(DoctorVisit visit, CancellationToken ct)
    {
        if (!visit.Working.Contains(Channel.Customers) && !visit.Working.Contains(Channel.App))
        {
            return null;
        }

        var (users, failure) = await visit.AskAsync(
            "externalcontact/get_follow_user_list", stop => client.ListFollowUsersAsync(visit.Caller(Channel.Customers), stop), ct);
        if (failure is not null)
        {
            return new DoctorFinding(
                Checks.Customers, DoctorVerdict.Ok, TenantTexts.CustomersRefused,
                failure.Endpoint, failure.FromIp ?? "?", failure.Reason, (object?)failure.ErrCode ?? Words.Same("-"))
            {
                Code = failure.ErrCode,
            };
        }

        return users!.Count == 0
            ? new DoctorFinding(Checks.Customers, DoctorVerdict.Ok, TenantTexts.CustomersNobody)
            : new DoctorFinding(Checks.Customers, DoctorVerdict.Ok, TenantTexts.Customers, users.Count);
    }
}
