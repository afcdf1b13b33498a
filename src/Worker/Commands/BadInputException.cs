namespace WeComSync.Worker.Commands;

/// <summary>An argument or an input file is wrong: exit code 2, nothing was changed.</summary>
/// <param name="message">The last line on stderr: what is wrong and what to do.</param>
/// <param name="problems">Each thing that is wrong, with its place; never a value, which could be a secret.</param>
internal sealed class BadInputException(string message, params IReadOnlyList<string> problems) : Exception(message)
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
