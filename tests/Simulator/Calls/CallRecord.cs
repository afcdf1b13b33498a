namespace WeComSync.Simulator.Calls;

/// <summary>One answered, or deliberately unanswered, call.</summary>
/// <param name="Number">Counts from 1 over all companies and never goes back, not even when the log is cleared.</param>
/// <param name="CorpId">Null: the call named no company that exists.</param>
/// <param name="Path">Without <c>/cgi-bin/</c>, such as <c>user/list</c>.</param>
/// <param name="Credential">Such as <c>contacts</c> or <c>app:1000002</c>; null: no valid token or secret.</param>
/// <param name="ErrCode">Null: the fault left no errcode to see.</param>
/// <param name="Fault">The kind of the fault that changed the answer, if one did.</param>
public readonly record struct CallRecord(
    long Number,
    DateTimeOffset At,
    TimeSpan Duration,
    string? CorpId,
    string Path,
    string? Credential,
    int? ErrCode,
    string? Fault);
