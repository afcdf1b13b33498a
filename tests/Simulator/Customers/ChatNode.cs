using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Customers;

/// <summary>A customer group's fixed place, with the states it has been in lately. Touched only under the lock.</summary>
internal sealed class ChatNode(int index, PersonNode owner)
{
    private const int KeptStates = 16;

    private readonly List<(DateTimeOffset At, GroupChat? State)> _states = [];

    public int Index { get; } = index;

    public PersonNode Owner { get; private set; } = owner;

    /// <summary>How often its members changed.</summary>
    public int Version { get; set; }

    /// <summary>Nobody changed it, so it is as made up.</summary>
    public bool IsAsMade => _states.Count == 0;

    /// <param name="before">What it was until now, if that is not noted yet. Null: it did not exist.</param>
    public void Set(GroupChat? before, GroupChat? after, DateTimeOffset at)
    {
        if (IsAsMade)
            _states.Add((DateTimeOffset.MinValue, before));
        _states.Add((at, after));
        if (_states.Count > KeptStates)
            _states.RemoveAt(0);
        Owner = after?.Owner ?? Owner;
    }

    public GroupChat? At(DateTimeOffset time) => _states.FindLast(state => state.At <= time).State ?? (_states[0].At > time ? _states[0].State : null);
}
