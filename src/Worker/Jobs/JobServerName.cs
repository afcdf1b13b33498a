using System.Security.Cryptography;

namespace WeComSync.Worker.Jobs;

/// <summary>What this process calls itself among the job servers. A container that starts again gets the same host name and process id.</summary>
internal sealed record JobServerName(string Text)
{
    public static JobServerName New() => new($"{Environment.MachineName}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}");
}
