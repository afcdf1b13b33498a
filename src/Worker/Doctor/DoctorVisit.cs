using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using WeComSync.Worker.WeCom;
using WeComSync.Worker.WeCom.Http;

namespace WeComSync.Worker.Doctor;

/// <summary>One examination of one tenant: what its checks have learned for those that come after them.</summary>
internal sealed class DoctorVisit(Tenant tenant)
{
    /// <summary>A person waits: what takes longer is said to be slow rather than waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SortedSet<string> addresses = new(StringComparer.Ordinal);

    /// <summary>With its settings.</summary>
    public Tenant Tenant => tenant;

    /// <summary>Credentials with which WeCom lets this server in.</summary>
    public HashSet<Channel> Working { get; } = [];

    /// <summary>Public addresses of this server that WeCom named.</summary>
    public IReadOnlyCollection<string> Addresses => addresses;

    /// <summary>The company's departments by contact sync; null if it cannot list them.</summary>
    public IReadOnlySet<long>? Departments { get; set; }

    /// <summary>Who belongs where, by contact sync; null if it cannot list them.</summary>
    public IReadOnlyList<WeComMembership>? Memberships { get; set; }

    /// <summary>The departments that the application may see; null if it cannot list them.</summary>
    public IReadOnlySet<long>? Visible { get; set; }

    /// <summary>Somebody whose details should be readable; null if nobody is known.</summary>
    public string? Sample { get; set; }

    /// <summary>Whether an application was entered, whether it works or not.</summary>
    public bool HasApp => SettingsOf(Channel.App) is { Secret: not null, AgentId: not null };

    public WeComSettings? SettingsOf(Channel channel) => tenant.Settings.FirstOrDefault(settings => settings.Channel == channel);

    public WeComCaller Caller(Channel channel) => new(tenant.Id, tenant.CorpId, channel) { Patience = TimeSpan.Zero };

    public static Words PlaceOf(Channel channel) => channel switch
    {
        Channel.Contacts => TenantTexts.ContactsPlace,
        Channel.Customers => TenantTexts.CustomersPlace,
        _ => TenantTexts.AppPlace,
    };

    /// <summary>Where the console mends a refusal; null if only WeCom's administration can.</summary>
    private static string? PageOf(Channel channel, int? code) => code switch
    {
        40013 => "/wecom#corpId",
        40056 or 301002 or 48009 => "/wecom#app-agentId",
        40001 or 40091 or 45031 => $"/wecom#{EnumText.Of(channel)}-secret",
        _ => null,
    };

    /// <summary>Makes a call whose failure is a finding and no exception.</summary>
    public async Task<(T? Value, WeComException? Failure)> AskAsync<T>(string endpoint, Func<CancellationToken, Task<T>> call, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            return (await call(patience.Token), null);
        }
        catch (WeComException failure)
        {
            if (failure.FromIp is { } address)
            {
                addresses.Add(address);
            }

            return (default, failure);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return (default, WeComFault.Passing(endpoint, $"no end within {Patience.TotalSeconds:0} s"));
        }
    }

    /// <summary>Says what a failed call means.</summary>
    public static DoctorFinding Failed(Words check, Channel channel, WeComException failure)
    {
        var passing = failure.Class is WeComErrorClass.Retry or WeComErrorClass.Throttle or WeComErrorClass.Restart;
        return new DoctorFinding(
            check,
            passing ? DoctorVerdict.Warning : DoctorVerdict.Wrong,
            failure.Incomplete ? CodeTexts.Incomplete : CodeTexts.Of(failure.ErrCode, failure.FromIp),
            failure.Endpoint,
            failure.FromIp ?? "?",
            failure.Reason,
            failure.ErrCode,
            PlaceOf(channel))
        {
            Code = failure.ErrCode,
            Age = failure.Age,
            Stops = failure.Class == WeComErrorClass.StopTenant,
            Page = PageOf(channel, failure.ErrCode),
        };
    }
}
