using System.Collections.Immutable;
using WeComSync.Simulator.Corps;

namespace WeComSync.Simulator.Control;

// The bodies of the control API for customers.

/// <param name="ExternalUserId">Null: somebody new.</param>
internal sealed record AddCustomerRequest(string UserId, string? ExternalUserId = null, string? State = null, int? AddWay = null);

internal sealed record TransferRequest(string GiverUserId, string TakerUserId, string ExternalUserId);

internal sealed record FailRequest(bool TakerIsFull = false);

/// <param name="Account">Null: none is bound.</param>
internal sealed record DeveloperAccountRequest(string? Account);

internal sealed record TagGroupRequest(string Name, string[] Tags);

internal sealed record NameRequest(string Name);

/// <param name="GroupId">Empty: everything.</param>
internal sealed record ShuffleRequest(string GroupId = "");

internal sealed record ChatRequest(string OwnerUserId, string Name, string[] Members);

/// <summary>Null: leave as it is.</summary>
internal sealed record ChatPatch(string? Name = null, string? Notice = null, string? OwnerUserId = null);

internal sealed record ChatMembersRequest
{
    public ImmutableArray<string> Add { get; init; } = [];
    public ImmutableArray<string> Remove { get; init; } = [];
    public int JoinScene { get; init; } = 1;
    public int QuitScene { get; init; }
}

internal sealed record SignatureRequest(TicketKind Kind, string NonceStr, long Timestamp, string Url, string Signature);
