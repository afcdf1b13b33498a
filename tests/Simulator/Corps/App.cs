using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Corps;

/// <summary>A self-built application (自建应用): sees what its visible range and its date of creation allow.</summary>
public sealed class App : Credential
{
    private readonly Lock _gate = new();
    private VisibleRange _range;
    private long _resolvedVersion = -1;
    private Visibility _resolved = Visibility.Everything;

    internal App(Corp corp, long agentId, string secret, VisibleRange range, PersonalFields hidden)
        : base(corp, $"app:{agentId}", secret)
    {
        AgentId = agentId;
        _range = range;
        HiddenFields = hidden;
        DisplayName = $"目录镜像{agentId}";
        corp.World.Changed += FollowUserId;
    }

    public long AgentId { get; }

    public string DisplayName { get; set; }

    /// <summary>Fields that user/get and user/list withhold.</summary>
    public PersonalFields HiddenFields { get; set; }

    public VisibleRange Range
    {
        get
        {
            lock (_gate)
                return _range;
        }
        set
        {
            lock (_gate)
            {
                _range = value;
                _resolvedVersion = -1;
            }
        }
    }

    /// <summary>The range as it is in the present world.</summary>
    internal Visibility Visibility
    {
        get
        {
            // The world locks itself and then raises Changed, which locks this: so never the other way round.
            var version = Corp.World.Version;
            VisibleRange range;
            lock (_gate)
            {
                if (_resolvedVersion == version)
                    return _resolved;
                range = _range;
            }
            var resolved = Corp.World.Resolve(range);
            lock (_gate)
            {
                if (_range == range)
                    (_resolvedVersion, _resolved) = (version, resolved);
            }
            return resolved;
        }
    }

    private void FollowUserId(WorldChange change)
    {
        if (change is not UserIdChanged(var before, var after))
            return;
        lock (_gate)
        {
            if (_range.Users.Contains(before.UserId))
                _range = _range with { Users = _range.Users.Replace(before.UserId, after.UserId) };
        }
    }
}

/// <summary>What applications created after 2022-06-20 no longer receive without a member's consent.</summary>
[Flags]
public enum PersonalFields
{
    None = 0,
    Avatar = 1,
    Gender = 2,
    Mobile = 4,
    Email = 8,
    BizMail = 16,
    QrCode = 32,
    Address = 64,
    All = Avatar | Gender | Mobile | Email | BizMail | QrCode | Address,
}
