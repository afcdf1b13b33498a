using System.Globalization;
using System.Text.Json;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Faults;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Api;

/// <summary>One request while it is being answered.</summary>
internal sealed class ApiCall(HttpContext http, SimulatorHost host, Endpoint endpoint, AnswerBuffer buffer)
{
    private static readonly JsonEncodedText Ok = JsonEncodedText.Encode("ok");
    private static readonly JsonEncodedText ErrCode = JsonEncodedText.Encode("errcode");
    private static readonly JsonEncodedText ErrMsg = JsonEncodedText.Encode("errmsg");

    public SimulatorHost Host { get; } = host;
    public Endpoint Endpoint { get; } = endpoint;
    public string Address { get; } = host.CallerAddress ?? http.Connection.RemoteIpAddress?.MapToIPv4().ToString() ?? "";
    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>Null until the token or the corpid is known to belong to a company.</summary>
    public Corp? KnownCorp { get; set; }
    public Credential? KnownCredential { get; set; }
    public Token? Token { get; set; }

    public Fault? Fault { get; set; }

    public bool IsLogged { get; set; }

    public JsonElement Body { get; set; }

    public Corp Corp => KnownCorp!;
    public World World => Corp.World;

    /// <summary>What the caller may see. The secrets of system applications see the whole company.</summary>
    public Visibility Visibility => KnownCredential is App app ? app.Visibility : Visibility.Everything;

    /// <summary>The answer under way.</summary>
    public Utf8JsonWriter Json => buffer.Json;

    public bool IsPost => HttpMethods.IsPost(http.Request.Method);

    public Stream RequestBody => http.Request.Body;

    public string? Query(string name) => http.Request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;

    public long? QueryNumber(string name) =>
        long.TryParse(Query(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Starts a successful answer.</summary>
    public Utf8JsonWriter Begin() => Begin(Ok);

    /// <summary>Starts a successful answer with a text other than <c>ok</c>.</summary>
    public Utf8JsonWriter Begin(JsonEncodedText text)
    {
        var json = buffer.Json;
        json.WriteStartObject();
        if (KnownCorp is not { Settings.OmitsErrcodeOnSuccess: true })
        {
            json.WriteNumber(ErrCode, 0);
            json.WriteString(ErrMsg, text);
        }
        return json;
    }

    public void WriteFailure(int code, string text)
    {
        var json = buffer.Json;
        json.WriteStartObject();
        json.WriteNumber(ErrCode, code);
        json.WriteString(ErrMsg, text);
        Endpoint.WriteEmpty(json);
        http.Response.Headers["Error-Code"] = code.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["Error-Msg"] = text;
    }

    public void End() => buffer.Json.WriteEndObject();

    /// <summary>How many of the items of a list to send.</summary>
    public int Share(int count) => Fault is HalfListFault ? count / 2 : count;

    /// <returns>The cursor of the next page, unless a fault sends the caller round in a circle.</returns>
    public string Next(string cursor, string next) => Fault is RepeatCursorFault && cursor.Length > 0 ? cursor : next;

    /// <summary>To be called between the items of a long list.</summary>
    public ValueTask SpillAsync() => buffer.HasPiece && !FaultDelivery.NeedsWholeAnswer(Fault) ? SendPieceAsync() : ValueTask.CompletedTask;

    private async ValueTask SendPieceAsync()
    {
        var response = http.Response;
        if (!response.HasStarted)
            response.ContentType = ContentTypes.Json;
        await response.BodyWriter.WriteAsync(buffer.Written, Aborted);
        buffer.Drop();
    }
}
