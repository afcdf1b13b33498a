using System.Collections.Immutable;
using WeComSync.Simulator.Callbacks;
using WeComSync.Simulator.Corps;

namespace WeComSync.Simulator.Control;

// The bodies of the control API.

internal sealed record MoveRequest(long[] Departments);

internal sealed record UserIdRequest(string NewUserId);

internal sealed record DepartmentRequest(string Name, long ParentId = 1, long? Id = null, long Order = 0);

internal sealed record TagRequest(string Name, int? Id = null);

internal sealed record TagMembersRequest
{
    public ImmutableArray<string> AddUsers { get; init; } = [];
    public ImmutableArray<string> RemoveUsers { get; init; } = [];
    public ImmutableArray<long> AddDepartments { get; init; } = [];
    public ImmutableArray<long> RemoveDepartments { get; init; } = [];
}

/// <param name="Addresses">Null: not configured, so everybody is let in.</param>
internal sealed record TrustedIpsRequest(ImmutableArray<string>? Addresses, int AfterSeconds = 0);

/// <param name="Credential">Null: the tokens of all.</param>
internal sealed record KillTokensRequest(string? Credential = null, int Code = 40014);

/// <summary>Null: leave as it is.</summary>
internal sealed record CredentialRequest(
    bool? IsEnabled = null, bool? IsSecretTooOld = null, ContactSyncIp? ContactSyncIp = null, PersonalFields? HiddenFields = null,
    bool? IsListed = null, bool? CanEdit = null);

internal sealed record AppRequest(long AgentId, bool IsNew = true);

/// <param name="CallerAddress">Empty: the true address.</param>
internal sealed record HostRequest(string? CallerAddress = null, double? AdvanceSeconds = null);

/// <param name="Verify">Check the URL first; 40057 when it does not answer as it must.</param>
internal sealed record CallbackTargetRequest(
    string Url,
    string Token,
    string EncodingAesKey,
    CallbackForm Form = CallbackForm.Reduced,
    CallbackEnvelope Envelope = CallbackEnvelope.Xml,
    bool Verify = true)
{
    public CallbackTarget Target => new(Url, Token, EncodingAesKey) { Form = Form, Envelope = Envelope };
}
