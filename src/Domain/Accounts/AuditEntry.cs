namespace WeComSync.Domain.Accounts;

/// <summary>Who did what in the console, when and from where. It never holds a secret. Rows are only ever added.</summary>
public sealed class AuditEntry
{
    /// <summary>0 where no single enterprise is meant.</summary>
    public long TenantId { get; init; }

    public long Id { get; private set; }

    public DateTimeOffset At { get; init; }

    /// <summary>Null for somebody who was not logged in.</summary>
    public long? AccountId { get; init; }

    /// <summary>The account's e-mail address at that time.</summary>
    public required string Who { get; init; }

    /// <summary>The network address that the request came from.</summary>
    public required string Address { get; init; }

    public AuditAction Action { get; init; }

    /// <summary>What it was done to: names of fields, an e-mail address, a run's number. Never a secret.</summary>
    public string? Detail { get; init; }
}

/// <summary>What the audit log tells apart.</summary>
public enum AuditAction
{
    LoggedIn,
    LoginRefused,
    LoggedOut,
    PasswordChanged,
    TwoFactorOn,
    TwoFactorOff,
    AdministratorAdded,
    AdministratorRemoved,
    EnterpriseAdded,
    EnterpriseEnabled,
    EnterpriseDisabled,
    EnterpriseResumed,
    SettingsChanged,
    CallbackReset,
    SyncStarted,
    SyncCancelled,
    RemovalsApproved,
    RemovalsDiscarded,
    EventReplayed,
    PlatformChanged,
    PlatformBound,
    PluginOn,
    PluginOff,
    Exported,
    EmployeeAdded,
    EmployeeChanged,
    EmployeeRemoved,
    DepartmentAdded,
    DepartmentChanged,
    DepartmentRemoved,
    LocalEntriesMerged,
    AppOn,
    AppOff,
    AppsChanged,
    OperatorAdded,
    OperatorRemoved,
    AccountRemoved,
}
