namespace WeComSync.Worker.Sync.Customers;

/// <summary>Members who are read in one walk from page to page and merged at once.</summary>
/// <param name="members">At most as many as one call takes.</param>
/// <param name="calls">How many it is expected to take.</param>
/// <param name="isTrial">Whether nothing is known yet that would tell how many.</param>
internal sealed class FollowChunk(string[] members, int calls, bool isTrial)
{
    public string[] Members => members;

    public int Calls => calls;

    public bool IsTrial => isTrial;

    /// <summary>Those who were read to the end.</summary>
    public int Read { get; private set; }

    /// <summary>What they have.</summary>
    public int Relations { get; private set; }

    public void Count(int read, int relations)
    {
        Read += read;
        Relations += relations;
    }
}
