namespace WeComSync.Simulator.Worlds;

/// <summary>A range that an administrator ticked, with what it means in the present world. A member in it may change his userid.</summary>
internal sealed class LiveRange
{
    private readonly World _world;
    private readonly Lock _gate = new();
    private VisibleRange _range;
    private long _resolvedVersion = -1;
    private Visibility _resolved = Visibility.Everything;

    public LiveRange(World world, VisibleRange range)
    {
        _world = world;
        _range = range;
        world.Changed += FollowUserId;
    }

    public VisibleRange Ticked
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

    public Visibility Present
    {
        get
        {
            // The world locks itself and then raises Changed, which locks this: so never the other way round.
            var version = _world.Version;
            VisibleRange range;
            lock (_gate)
            {
                if (_resolvedVersion == version)
                    return _resolved;
                range = _range;
            }
            var resolved = _world.Resolve(range);
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
