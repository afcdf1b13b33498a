using WeComSync.Domain.Runs;
using WeComSync.Domain.Tenants;

namespace WeComSync.Domain.Storage;

/// <summary>
/// The keys of all advisory locks. PostgreSQL knows them by number alone, so two features that took the same one would wait for each other:
/// no other place names a number.
/// </summary>
public static class AdvisoryLocks
{
    /// <summary>One host at a time makes or upgrades the schemas.</summary>
    public const long Migration = 7_236_837_001;

    /// <summary>One tenant file at a time is applied: two that bring the same new tenant would collide.</summary>
    public const long TenantApply = 7_236_837_003;

    /// <summary>One worker at a time makes Quartz's triggers those that the tenants want.</summary>
    public const long TriggerReconciliation = 7_236_837_010;

    /// <summary>One worker looks for overdue runs.</summary>
    public const long OverdueSweep = 7_236_837_011;

    /// <summary>One host at a time makes a month of the change feed.</summary>
    public const long ChangeMonths = 7_236_837_020;

    /// <summary>One worker forgets what is old.</summary>
    public const long Housekeeping = 7_236_837_021;

    /// <summary>One worker looks for what a person must hear of.</summary>
    public const long IncidentWatch = 7_236_837_022;

    /// <summary>One process at a time protects the stored secrets anew.</summary>
    public const long SecretRotation = 7_236_837_023;

    /// <summary>One change of accounts' rights at a time, or the last two operators could remove each other.</summary>
    public const long Accounts = 7_236_837_024;

    /// <summary>How the texts begin whose hashes are the locks of <c>control.call_budgets</c>.</summary>
    internal const string CallBudget = "call_budget:";

    private const int FirstRun = 72_368_370;
    private const long FirstInbox = 72_368_380L << 32;

    /// <summary>First half of the key of a tenant's run; the second is the tenant.</summary>
    public static int Run(MirrorPart part) => FirstRun + (int)part;

    /// <summary>One drain at a time takes a tenant's events of one half of the mirror.</summary>
    public static long Inbox(long tenantId, MirrorPart part) => FirstInbox + ((long)part << 32) + tenantId;

    /// <summary>The text whose hash is the lock under which one process at a time asks for a token.</summary>
    public static string AccessToken(long tenantId, Channel channel) => $"access_token:{tenantId}:{EnumText.Of(channel)}";
}
