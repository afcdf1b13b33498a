using System.Text.Json.Serialization;

namespace WeComSync.Simulator.Faults;

/// <summary>What goes wrong with a call.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ErrCodeFault), "errcode")]
[JsonDerivedType(typeof(HttpFault), "http")]
[JsonDerivedType(typeof(ResetFault), "reset")]
[JsonDerivedType(typeof(HangFault), "hang")]
[JsonDerivedType(typeof(TruncateFault), "truncate")]
[JsonDerivedType(typeof(DelayFault), "delay")]
[JsonDerivedType(typeof(EmptyListFault), "emptyList")]
[JsonDerivedType(typeof(HalfListFault), "halfList")]
[JsonDerivedType(typeof(RepeatCursorFault), "repeatCursor")]
[JsonDerivedType(typeof(TokenDeathFault), "tokenDeath")]
public abstract record Fault
{
    /// <summary>How the call log calls it.</summary>
    [JsonIgnore]
    public string Name => GetType().Name.Replace(nameof(Fault), "", StringComparison.Ordinal);

    /// <summary>A business failure: HTTP 200, and the endpoint's empty collections beside the errcode.</summary>
    /// <param name="text">Null: WeCom's text for the code, with hint, address and link. Given: exactly this.</param>
    public static Fault ErrCode(int code, string? text = null) => new ErrCodeFault(code, text);

    /// <summary>A gateway in front of WeCom answers 502 with a page of HTML.</summary>
    public static Fault BadGateway() => new HttpFault(502, "text/html", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n"
        + "<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n");

    /// <summary>Any answer at all.</summary>
    public static Fault Http(int status, string contentType, string body) => new HttpFault(status, contentType, body);

    /// <summary>The connection is reset, before anything or after half of the body.</summary>
    public static Fault Reset(bool inMidBody = false) => new ResetFault(inMidBody);

    /// <summary>No answer, or only half of it, until the caller gives up.</summary>
    public static Fault Hang(bool inMidBody = false) => new HangFault(inMidBody);

    /// <summary>A complete HTTP answer whose JSON ends in the middle.</summary>
    public static Fault Truncate() => new TruncateFault();

    /// <summary>The true answer, late. Goes together with another fault.</summary>
    public static Fault Delay(TimeSpan time) => new DelayFault((int)time.TotalMilliseconds);

    /// <summary>errcode 0 and an empty list.</summary>
    public static Fault EmptyList() => new EmptyListFault();

    /// <summary>errcode 0 and the first half of the list.</summary>
    public static Fault HalfList() => new HalfListFault();

    /// <summary>Any list with a cursor answers the one that it was given as the next one.</summary>
    public static Fault RepeatCursor() => new RepeatCursorFault();

    /// <summary>The token of the call dies with it. On gettoken: the token that it answers is dead.</summary>
    public static Fault TokenDeath(int code = 40014) => new TokenDeathFault(code);
}

public sealed record ErrCodeFault(int Code, string? Text = null) : Fault;

public sealed record HttpFault(int Status, string ContentType, string Body) : Fault;

public sealed record ResetFault(bool InMidBody = false) : Fault;

public sealed record HangFault(bool InMidBody = false) : Fault;

public sealed record TruncateFault : Fault;

public sealed record DelayFault(int Milliseconds) : Fault;

public sealed record EmptyListFault : Fault;

public sealed record HalfListFault : Fault;

public sealed record RepeatCursorFault : Fault;

public sealed record TokenDeathFault(int Code = 40014) : Fault;
