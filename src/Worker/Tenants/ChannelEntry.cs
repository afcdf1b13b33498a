namespace WeComSync.Worker.Tenants;

/// <summary>What the file gives for one channel, in the clear.</summary>
internal sealed class ChannelEntry
{
    public long? AgentId { get; init; }

    public string? Secret { get; init; }

    /// <summary>Given together with <see cref="EncodingAesKey"/> or not at all.</summary>
    public string? Token { get; init; }

    public string? EncodingAesKey { get; init; }
}
