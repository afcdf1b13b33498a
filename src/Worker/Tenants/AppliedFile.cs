using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.Tenants;

/// <summary>What applying a file did.</summary>
/// <param name="Tenants">In the order of the file.</param>
/// <param name="Warnings">What was applied but may be a slip.</param>
internal sealed record AppliedFile(IReadOnlyList<AppliedTenant> Tenants, IReadOnlyList<string> Warnings);

/// <summary>What applying the file did to one tenant.</summary>
/// <param name="Key">The tenant's name on command lines.</param>
/// <param name="Id">Its <c>tenant_id</c> in the tables.</param>
/// <param name="Result">What happened to it.</param>
/// <param name="Changed">Keys of the file that differed from what was stored; empty for a new tenant.</param>
/// <param name="Resumed">It was stopped and goes on, because its credentials changed.</param>
/// <param name="Callbacks">One per channel.</param>
internal sealed record AppliedTenant(
    string Key,
    long Id,
    ApplyOutcome Result,
    IReadOnlyList<string> Changed,
    bool Resumed,
    IReadOnlyList<CallbackAddress> Callbacks);

/// <summary>One of a tenant's callback addresses.</summary>
/// <param name="Channel">Whose it is.</param>
/// <param name="Url">What to paste into WeCom; null if <c>Callbacks:PublicUrl</c> is not set.</param>
/// <param name="Path">The address on the callback host.</param>
/// <param name="Ready">Whether token and EncodingAESKey are stored, so that WeCom's check will pass.</param>
internal sealed record CallbackAddress(Channel Channel, string? Url, string Path, bool Ready);

/// <summary>Whether applying changed anything.</summary>
internal enum ApplyOutcome
{
    Created,
    Updated,
    Unchanged,
}
