namespace WeComSync.Simulator.Worlds;

/// <summary>A change that WeCom's console would refuse.</summary>
/// <param name="errCode">WeCom's code for it, such as 60102 (userid exists).</param>
public sealed class WorldRuleException(int errCode, string message) : Exception(message)
{
    public int ErrCode { get; } = errCode;
}
