using System.Collections.Immutable;
using WeComSync.Simulator.Limits;

namespace WeComSync.Simulator.Corps;

/// <summary>
/// How WeCom treats this company. The fact sheet leaves most of these open, so each is a switch; replace the whole record at
/// run time: <c>corp.Settings = corp.Settings with { … }</c>.
/// </summary>
public sealed record CorpSettings
{
    /// <summary>Dissolved or banned: gettoken answers 301007.</summary>
    public bool IsSuspended { get; init; }

    // Tokens.
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromSeconds(7200);
    /// <summary>In characters; at most 512.</summary>
    public int TokenLength { get; init; } = 214;
    /// <summary>gettoken within the validity answers the token that exists, without extending its life.</summary>
    public bool RepeatsToken { get; init; } = true;
    /// <summary>A repeated token is announced with its full lifetime instead of the rest, so the client learns too late.</summary>
    public bool RepeatedTokenLooksFresh { get; init; }
    /// <summary>A new token kills the one before (only seen when <see cref="RepeatsToken"/> is off).</summary>
    public bool NewTokenKillsOld { get; init; }
    /// <summary>42001, or 40014 as users report.</summary>
    public int ExpiredTokenCode { get; init; } = 42001;
    /// <summary>Each token dies after so many calls. 0: never.</summary>
    public int CallsPerToken { get; init; }
    /// <summary>40001, or 40091 of an older document.</summary>
    public int WrongSecretCode { get; init; } = 40001;

    // Departments.
    /// <summary>A department that exists outside the visible range: 60011 or 60003.</summary>
    public int InvisibleDepartmentCode { get; init; } = 60011;
    /// <summary>A department that does not exist: 60003, 60123 or 60011.</summary>
    public int UnknownDepartmentCode { get; init; } = 60003;
    /// <summary>Lists of the root from outside the visible range: an empty list with errcode 0 instead of an error.</summary>
    public bool RootOutsideRangeIsEmpty { get; init; }
    public long RootParentId { get; init; }

    // Members.
    /// <summary>user/list and user/simplelist honour <c>fetch_child=1</c>; otherwise they ignore it.</summary>
    public bool HonoursFetchChild { get; init; } = true;
    /// <summary>A member who is unknown or invisible.</summary>
    public int UnknownUserCode { get; init; } = 60111;
    /// <summary>user/list with more people than this answers 45029. 0: no limit.</summary>
    public int MaxUsersPerAnswer { get; init; }
    public HiddenShape HiddenShape { get; init; } = HiddenShape.Absent;

    // Writing with the contact-sync secret.
    /// <summary>What a secret that may only read is answered when it writes: 60011, 48002 or 48008.</summary>
    public int ReadOnlyCode { get; init; } = 60011;
    /// <summary>Unknown departments of a written member are made below 其他（待设置部门）, where he also goes without any; otherwise 60003 and 41019.</summary>
    public bool CreatesUnknownDepartments { get; init; } = true;
    /// <summary>Departments of one member: 100, formerly 20.</summary>
    public int MostDepartmentsOfMember { get; init; } = 100;
    /// <summary>Direct leaders of one member: 1, formerly 5.</summary>
    public int MostDirectLeaders { get; init; } = 5;
    /// <summary>Characters of a department's name: 64, formerly 32.</summary>
    public int LongestDepartmentName { get; init; } = 64;
    /// <summary>Members and departments directly below one department.</summary>
    public int MostNodesOfDepartment { get; init; } = 30_000;
    /// <summary>Members of the company. 0: no limit.</summary>
    public int MostMembers { get; init; }

    // user/list_id.
    public CursorPaging ListIdPaging { get; init; } = CursorPaging.Snapshot;
    /// <summary>One person's rows lie apart, department by department, instead of beside each other.</summary>
    public bool ListIdByDepartment { get; init; } = true;
    public int ListIdDefaultLimit { get; init; } = 10_000;
    public TimeSpan CursorLifetime { get; init; } = TimeSpan.FromHours(1);
    /// <summary>The last page has no <c>next_cursor</c> instead of an empty one.</summary>
    public bool LastCursorIsAbsent { get; init; }

    public CustomerSettings Customers { get; init; } = new();

    // Every endpoint.
    /// <summary>Successful answers carry no errcode, as a few old endpoints do.</summary>
    public bool OmitsErrcodeOnSuccess { get; init; }
    /// <summary>A request body with <c>\uXXXX</c> is answered 40033.</summary>
    public bool RefusesUnicodeEscapes { get; init; } = true;
    public RateLimits Limits { get; init; } = new();
    /// <summary>Limits of single endpoints, by path such as <c>user/get</c>.</summary>
    public ImmutableDictionary<string, RateLimits> LimitsByPath { get; init; } = ImmutableDictionary<string, RateLimits>.Empty;
}

/// <summary>What a field looks like that the application may not see. A hidden gender is always <c>"0"</c>.</summary>
public enum HiddenShape
{
    Absent,
    Empty,
    Null,
}

/// <summary>What pages show when the company changes between them.</summary>
public enum CursorPaging
{
    /// <summary>What was there at the first page.</summary>
    Snapshot,
    /// <summary>The present, by position: rows shift, so some come twice and some never.</summary>
    Live,
}
