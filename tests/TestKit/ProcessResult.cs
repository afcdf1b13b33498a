namespace WeComSync.TestKit;

/// <summary>How a process ended and what it wrote.</summary>
public sealed record ProcessResult(int ExitCode, string Output, string Error)
{
    /// <summary>What a script shows when the process failed.</summary>
    public string LastErrorLine => Error.TrimEnd('\n').Split('\n')[^1];
}
