namespace WeComSync.Worker.Sync;

/// <summary>Whether WeCom returns a personal field to a tenant.</summary>
/// <param name="Field">Column of <c>mirror.users</c>.</param>
/// <param name="Granted">Whether it does now.</param>
/// <param name="LastReturnedAt">The age of what the mirror has in it; null if it was never returned.</param>
internal sealed record GrantedField(string Field, bool Granted, DateTimeOffset? LastReturnedAt);
