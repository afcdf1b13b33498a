using System.Security.Cryptography;

namespace WeComSync.Domain.Tenants;

/// <summary>One enterprise: one WeCom corp that is mirrored.</summary>
public sealed class Tenant
{
    /// <summary>Time zone of <see cref="Schedule"/> expressions when the tenant file names none.</summary>
    public const string DefaultTimeZone = "Asia/Shanghai";

    /// <summary><see cref="MaxRemovedPercent"/> where the tenant chose none.</summary>
    public const int DefaultMaxRemovedPercent = 10;

    /// <summary><see cref="MaxRemoved"/> where the tenant chose none.</summary>
    public const int DefaultMaxRemoved = 50;

    public long Id { get; private set; }

    /// <summary>The name operators use on the command line: 1 to 64 of a-z, 0-9, <c>-</c> and <c>_</c>.</summary>
    public required string Key { get; init; }

    public required string Name { get; set; }

    /// <summary>企业ID. WeCom compares it without case.</summary>
    public required string CorpId { get; set; }

    /// <summary>微信开发者ID: the AppID that the corp entered in WeCom under 客户联系, without which WeCom returns no unionid; null if unknown.</summary>
    public string? WeChatAppId { get; set; }

    /// <summary>The operator's switch, which the tenant file has too.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The switch of the enterprise's administrators.</summary>
    public bool SwitchedOn { get; set; } = true;

    /// <summary>Both switches are on. If not, nothing is scheduled and callbacks are refused.</summary>
    public bool Works => Enabled && SwitchedOn;

    /// <summary>IANA name, for example <c>Asia/Shanghai</c>.</summary>
    public string TimeZone { get; set; } = DefaultTimeZone;

    /// <summary>The unguessable part of the tenant's callback addresses: 32 lower-case hexadecimal digits (128 bits).</summary>
    public string CallbackKey { get; private set; } = NewCallbackKey();

    public TenantState State { get; private set; } = TenantState.Active;

    public DateTimeOffset? StoppedAt { get; private set; }

    /// <summary>WeCom's errcode, where one stopped the tenant.</summary>
    public int? StoppedCode { get; private set; }

    /// <summary>Why the tenant is stopped or slowed, without secrets.</summary>
    public string? StoppedReason { get; private set; }

    /// <summary>What a person must do before the tenant can go on.</summary>
    public string? StoppedAction { get; private set; }

    /// <summary>When a stopped tenant is tried again without a person; null if one is needed.</summary>
    public DateTimeOffset? RetryAt { get; private set; }

    /// <summary>How often it was tried again since its last good run.</summary>
    public int Retries { get; private set; }

    /// <summary>The share of a kind's live rows, in percent, that one run may remove without asking.</summary>
    public int MaxRemovedPercent { get; set; } = DefaultMaxRemovedPercent;

    /// <summary>How many rows of a kind one run may remove without asking.</summary>
    public int MaxRemoved { get; set; } = DefaultMaxRemoved;

    /// <summary>Whether this corp's <c>user/list</c> still honours <c>fetch_child=1</c>; null until seen.</summary>
    public bool? FetchChildHonoured { get; set; }

    /// <summary>The smallest subtree, in people, that <c>user/list</c> refused with 45029; null if none was.</summary>
    public int? TooLargeSubtree { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ChangedAt { get; set; }

    public ICollection<WeComSettings> Settings { get; } = [];

    public ICollection<Schedule> Schedules { get; } = [];

    /// <summary>Pauses all calls for this tenant until a person acts.</summary>
    /// <param name="code">WeCom's errcode, if one was the reason.</param>
    /// <param name="reason">What happened, without secrets.</param>
    /// <param name="action">The step that mends it.</param>
    /// <param name="now">The time.</param>
    /// <param name="gaps">For what may mend itself: how long to wait before each further try, until a person is needed.</param>
    public void Stop(int? code, string reason, string action, DateTimeOffset now, params ReadOnlySpan<TimeSpan> gaps)
    {
        // What else was under way when it stopped meets the same obstacle: that is no further try.
        if (State == TenantState.Stopped && StoppedCode == code && RetryAt is not null)
        {
            return;
        }

        RetryAt = Retries < gaps.Length ? now + gaps[Retries] : null;
        Retries = RetryAt is null ? Retries : Retries + 1;
        State = TenantState.Stopped;
        StoppedCode = code;
        StoppedReason = reason;
        StoppedAction = action;
        StoppedAt = now;
    }

    /// <summary>Lets a tenant whose runs keep failing run less often, until one succeeds.</summary>
    /// <param name="reason">What happened, without secrets.</param>
    /// <param name="action">The step that may mend it.</param>
    /// <param name="now">The time.</param>
    public void Slow(string reason, string action, DateTimeOffset now)
    {
        if (State == TenantState.Active)
        {
            State = TenantState.Slowed;
            StoppedReason = reason;
            StoppedAction = action;
            StoppedAt = now;
        }
    }

    /// <summary>Lets a stopped or slowed tenant go on: its settings were changed or an administrator said so.</summary>
    public void Resume()
    {
        State = TenantState.Active;
        StoppedCode = null;
        StoppedReason = null;
        StoppedAction = null;
        StoppedAt = null;
        RetryAt = null;
        Retries = 0;
    }

    /// <summary>Makes every callback address of the tenant invalid and gives it new ones.</summary>
    public void ResetCallbackKey() => CallbackKey = NewCallbackKey();

    private static string NewCallbackKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}

/// <summary>Whether a tenant may call WeCom.</summary>
public enum TenantState
{
    Active,

    /// <summary>Its last runs failed: scheduled ones come less often until one succeeds. See <see cref="Tenant.StoppedReason"/>.</summary>
    Slowed,

    /// <summary>Paused after a fatal answer; see <see cref="Tenant.StoppedAction"/>.</summary>
    Stopped,
}
