namespace WeComSync.Worker.WebConsole.Accounts;

/// <summary>What became of giving somebody rights.</summary>
/// <param name="Password">Of a new account, to be shown once; null for one that existed.</param>
/// <param name="Problem">What is wrong with the e-mail address, in the page's language; nothing was changed.</param>
internal sealed record AddedAccount(string? Password, string? Problem = null);
