using System.Runtime.CompilerServices;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Doctor;

/// <summary>Whether each secret gets a token, and whether WeCom then lets this server in.</summary>
internal sealed class CredentialChecks(WeComClient client)
{
    /// <summary>Nobody has this id: the refusal shows that the call was let in, and names the address that it came from.</summary>
    private const string Nobody = "wecomsync.doctor.nobody";

    public async IAsyncEnumerable<DoctorFinding> RunAsync(DoctorVisit visit, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var (channel, check) in Credentials(visit))
        {
            var (_, failure) = await visit.AskAsync("gettoken", async stop =>
            {
                await client.CheckSecretAsync(visit.Caller(channel), stop);
                return true;
            }, ct);
            if (failure is not null)
            {
                yield return DoctorVisit.Failed(check, channel, failure);
                continue;
            }

            visit.Working.Add(channel);
            yield return new DoctorFinding(check, DoctorVerdict.Ok, TenantTexts.TokenGood);
        }

        if (visit.SettingsOf(Channel.Contacts)?.Secret is null)
        {
            yield return new DoctorFinding(Checks.ContactsSecret, DoctorVerdict.Warning, TenantTexts.NoContactsSecret) { Page = "/wecom#contacts-secret" };
        }

        if (!visit.HasApp)
        {
            yield return new DoctorFinding(Checks.AppSecret, DoctorVerdict.Warning, TenantTexts.NoAppSecret) { Page = "/wecom#app-agentId" };
        }

        await foreach (var finding in CheckAddressAsync(visit, ct))
        {
            yield return finding;
        }
    }

    private static IEnumerable<(Channel Channel, Words Check)> Credentials(DoctorVisit visit)
    {
        if (visit.SettingsOf(Channel.Contacts)?.Secret is not null)
        {
            yield return (Channel.Contacts, Checks.ContactsSecret);
        }

        if (visit.HasApp)
        {
            yield return (Channel.App, Checks.AppSecret);
        }

        if (visit.SettingsOf(Channel.Customers)?.Secret is not null)
        {
            yield return (Channel.Customers, Checks.CustomersSecret);
        }
    }

    private async IAsyncEnumerable<DoctorFinding> CheckAddressAsync(DoctorVisit visit, [EnumeratorCancellation] CancellationToken ct)
    {
        var letIn = false;
        var refused = false;
        foreach (var channel in visit.Working.Where(channel => channel != Channel.Customers).ToList())
        {
            var (_, answer) = await visit.AskAsync("user/get", stop => client.GetUserAsync(visit.Caller(channel), Nobody, stop), ct);
            if (answer is null or { Class: WeComErrorClass.SkipRow or WeComErrorClass.StopFeature })
            {
                letIn = true;
                continue;
            }

            if (answer.Class == WeComErrorClass.StopTenant)
            {
                visit.Working.Remove(channel);
            }

            refused = true;
            yield return DoctorVisit.Failed(Checks.Address, channel, answer);
        }

        if (visit.Addresses.Count > 1)
        {
            yield return new DoctorFinding(Checks.Address, DoctorVerdict.Warning, TenantTexts.SeveralAddresses, string.Join(", ", visit.Addresses));
        }
        else if (letIn && !refused && visit.Addresses.Count == 1)
        {
            yield return new DoctorFinding(Checks.Address, DoctorVerdict.Ok, TenantTexts.AddressTrusted, visit.Addresses.Single());
        }
        else if (letIn && !refused)
        {
            yield return new DoctorFinding(Checks.Address, DoctorVerdict.Ok, TenantTexts.AddressUntold);
        }
    }
}
