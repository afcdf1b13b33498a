namespace WeComSync.Worker.OperatorConsole;

/// <summary>One line of the landing page.</summary>
/// <param name="Key">The tenant's name on the command line.</param>
/// <param name="Name">As the tenant file says.</param>
/// <param name="State">active, stopped or disabled.</param>
/// <param name="Action">What a person must do, where the tenant is stopped.</param>
/// <param name="RunKind">What the last run read; null if there was none.</param>
/// <param name="RunState">How the last run stands.</param>
/// <param name="RunAt">When the last run started.</param>
/// <param name="Held">Removals that wait for a person.</param>
internal sealed record TenantOverview(
    string Key, string Name, string State, string? Action, string? RunKind, string? RunState, DateTimeOffset? RunAt, int Held);
