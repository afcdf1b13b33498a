namespace WeComSync.Domain.Runs;

/// <summary>A job is not run again until a person says so.</summary>
/// <param name="message">Why, and what to do.</param>
public sealed class JobParkedException(string message) : Exception(message);
