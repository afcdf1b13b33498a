using System.Collections.Immutable;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Limits;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Control;

/// <summary>What a tenant's administrator would type into the settings of the product, and what the simulator makes of the company.</summary>
public sealed record CorpView(
    string CorpId,
    string Name,
    long AgentId,
    string AppSecret,
    string ContactsSecret,
    string? CustomersSecret,
    int People,
    int Departments,
    int Customers,
    int Relations,
    ContactSyncIp ContactSyncIp,
    CorpSettings Settings,
    ImmutableArray<AppView> Apps)
{
    public static CorpView Of(Corp corp) => new(
        corp.Id, corp.Name, corp.App.AgentId, corp.App.Secret, corp.Contacts.Secret,
        corp.CustomerContact.IsEnabled ? corp.CustomerContact.Secret : null, corp.World.PeopleCount, corp.World.Departments.Count,
        corp.Customers.CustomerCount, corp.Customers.RelationCount, corp.Contacts.Ip, corp.Settings, [.. corp.Apps.Select(AppView.Of)]);
}

public sealed record AppView(
    long AgentId,
    string Name,
    string Secret,
    bool IsEnabled,
    bool IsListed,
    VisibleRange Range,
    PersonalFields HiddenFields,
    ImmutableArray<string>? TrustedAddresses)
{
    public static AppView Of(App app) => new(
        app.AgentId, app.DisplayName, app.Secret, app.IsEnabled, app.IsListed, app.Range, app.HiddenFields, app.TrustedAddresses);
}

public sealed record HostView(string BaseUrl, string? CallerAddress, DateTimeOffset Now, RateLimits AddressLimits);

/// <param name="Unfinished">0: everything is acknowledged, lost or dropped.</param>
/// <param name="Counts">Of the events in the log, by state.</param>
public sealed record CallbackView(
    CallbackTarget? Target,
    CallbackSettings Settings,
    CallbackFaults Faults,
    bool IsPaused,
    long Unfinished,
    IReadOnlyDictionary<CallbackState, int> Counts);
