namespace WeComSync.Worker.WebConsole.Accounts;

/// <summary>What became of taking an operator's rights or account away.</summary>
internal enum RightsChange
{
    Done,

    /// <summary>There is no such account any more, or it is no operator's.</summary>
    Unknown,

    /// <summary>Nobody could make another operator.</summary>
    LastOperator,

    /// <summary>The configured operator: the next start would bring the account back.</summary>
    Configured,
}
