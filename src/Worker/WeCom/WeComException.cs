namespace WeComSync.Worker.WeCom;

/// <summary>
/// A call to WeCom that failed for good. <see cref="Exception.Message"/> is one line for an operator: what was called,
/// what came back, what to do. It holds no token, secret, address with a query, or member data.
/// </summary>
internal sealed class WeComException : Exception
{
    public WeComException(
        string endpoint, int? errCode, WeComErrorClass @class, string reason, string action, string? fromIp = null, Exception? inner = null)
        : base($"{endpoint} {(errCode is { } code ? $"answered {code}: " : "failed: ")}{reason}. {action}", inner)
    {
        Endpoint = endpoint;
        ErrCode = errCode;
        Class = @class;
        Reason = reason;
        Action = action;
        FromIp = fromIp;
    }

    /// <summary>Path below <c>/cgi-bin/</c>, for example <c>user/list_id</c>.</summary>
    public string Endpoint { get; }

    /// <summary>WeCom's errcode; null when no answer of WeCom's was understood.</summary>
    public int? ErrCode { get; }

    public WeComErrorClass Class { get; }

    /// <summary>WeCom's short text, or what happened on the way to it.</summary>
    public string Reason { get; }

    /// <summary>What a person must do, as whole sentences.</summary>
    public string Action { get; }

    /// <summary>The address that WeCom saw the call come from, where its answer says so (60020).</summary>
    public string? FromIp { get; }

    /// <summary>WeCom answered, but not with what was asked for: nothing is wrong on the way to it.</summary>
    public bool Incomplete { get; init; }

    /// <summary>How old the answer is, where it is one of a moment ago and WeCom was not asked again; null for a fresh one.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>The same failure with another verdict, once the client knows more than the code alone says.</summary>
    public WeComException As(WeComErrorClass @class, string reason, string action) =>
        new(Endpoint, ErrCode, @class, reason, action, FromIp, this) { Age = Age, Incomplete = Incomplete };
}
