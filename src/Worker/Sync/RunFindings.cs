using WeComSync.Worker.WeCom;

namespace WeComSync.Worker.Sync;

/// <summary>What a run could not read, and what a person may want to know. Safe for several tasks at once.</summary>
internal class RunFindings
{
    private readonly Lock gate = new();
    private readonly List<RowError> errors = [];
    private readonly List<string> warnings = [];

    public IReadOnlyList<RowError> Errors
    {
        get
        {
            lock (gate)
            {
                return [.. errors];
            }
        }
    }

    public IReadOnlyList<string> Warnings
    {
        get
        {
            lock (gate)
            {
                return [.. warnings];
            }
        }
    }

    public void Fail(string entity, string? key, WeComException reason) => Fail(entity, key, reason.ErrCode, reason.Message);

    public void Fail(string entity, string? key, int? code, string message)
    {
        lock (gate)
        {
            errors.Add(new RowError(entity, key, code, message));
        }
    }

    /// <summary>WeCom returned nothing of a kind, without an error, and the mirror has some: a person decides what that means.</summary>
    public void WarnOfNothing(string entity) => Warn(
        $"WeCom returned no {entity} at all, without an error, though the mirror has some. If that is true, approve their removal; "
            + "else check the visible range and the permissions of the secrets.");

    public void Warn(string message)
    {
        lock (gate)
        {
            warnings.Add(message);
        }
    }
}
