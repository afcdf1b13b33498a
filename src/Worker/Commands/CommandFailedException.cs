namespace WeComSync.Worker.Commands;

/// <summary>A command could not do its work, for a reason that a person can mend: exit code 1.</summary>
/// <param name="message">The last line on stderr: why, and what to do.</param>
internal sealed class CommandFailedException(string message) : Exception(message);
