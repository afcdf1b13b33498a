using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Events;

/// <summary>Tells, while the questions of a batch are asked, single odd objects from WeCom or the way to it being away as a whole.</summary>
internal sealed class WeComReach
{
    private const int FailuresInARow = 5;

    private int failuresInARow;
    private volatile bool answered;
    private volatile WeComException? unanswered;

    public void Answer()
    {
        failuresInARow = 0;
        answered = true;
    }

    /// <summary>To be asked once for each failure.</summary>
    /// <returns>False if the whole batch must wait.</returns>
    public bool IsOfOne(WeComException failure)
    {
        if (failure.Class is WeComErrorClass.StopTenant or WeComErrorClass.Throttle
            || (failure.Class == WeComErrorClass.Retry && Interlocked.Increment(ref failuresInARow) >= FailuresInARow))
        {
            return false;
        }

        if (failure is { ErrCode: null, Class: not WeComErrorClass.StopFeature })
        {
            unanswered = failure;
        }
        else
        {
            answered = true;
        }

        return true;
    }

    /// <exception cref="WeComException">Questions were asked, and none of them was answered.</exception>
    public void Check()
    {
        if (!answered && unanswered is { } away)
        {
            throw away;
        }
    }
}
