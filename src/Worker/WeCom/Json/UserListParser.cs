using System.Text.Json;

namespace WeComSync.Worker.WeCom.Json;

/// <summary>
/// Takes <c>{"errcode":0,…,"userlist":[{…},…]}</c> apart, buffer by buffer, in whatever order its fields come.
/// Memory is that of one buffer and the members it holds.
/// </summary>
internal sealed class UserListParser
{
    private JsonReaderState state = new(new JsonReaderOptions { MaxDepth = WeComJson.MostNested });
    private Place place;
    private int errCode;
    private string? errMsg;
    private bool hasErrCode;
    private bool hasList;

    private enum Place
    {
        Start,
        Fields,
        ErrCode,
        ErrMsg,
        List,
        Members,
        Skipped,
        End,
    }

    /// <summary>So far; a second errcode that is not 0 counts too.</summary>
    public ReplyHead Head => new(errCode, errMsg, hasErrCode);

    /// <summary>Whether the list began.</summary>
    public bool HasList => hasList;

    public bool Started => place != Place.Start;

    public bool Ended => place == Place.End;

    /// <summary>Reads as far as whole values go.</summary>
    /// <param name="json">What the last call left over, and what came since.</param>
    /// <param name="isLast">Nothing comes after.</param>
    /// <param name="into">Receives the members.</param>
    /// <returns>How many bytes are done with.</returns>
    /// <exception cref="JsonException">Not JSON, not an object, or it ends too early.</exception>
    public int Read(ReadOnlySpan<byte> json, bool isLast, List<WeComUser> into)
    {
        var reader = new Utf8JsonReader(json, isLast, state);
        while (true)
        {
            // A value that is not whole yet is read again when more has come.
            var before = reader;
            if (!reader.Read() || !Take(ref reader, json, into))
            {
                state = before.CurrentState;
                return (int)before.BytesConsumed;
            }
        }
    }

    /// <returns>False when the value at hand is not whole yet.</returns>
    private bool Take(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, List<WeComUser> into)
    {
        switch (place)
        {
            case Place.Start:
                place = reader.TokenType == JsonTokenType.StartObject ? Place.Fields : throw new JsonException();
                return true;
            case Place.Fields when reader.TokenType == JsonTokenType.EndObject:
                place = Place.End;
                return true;
            case Place.Fields:
                place = reader.ValueTextEquals("errcode"u8) ? Place.ErrCode
                    : reader.ValueTextEquals("userlist"u8) ? Place.List
                    : reader.ValueTextEquals("errmsg"u8) ? Place.ErrMsg
                    : Place.Skipped;
                return true;
            case Place.Members when reader.TokenType == JsonTokenType.EndArray:
                place = Place.Fields;
                return true;
            case Place.Members:
                return TakeMember(ref reader, json, into);
            case Place.List when reader.TokenType == JsonTokenType.StartArray:
                hasList = true;
                place = Place.Members;
                return true;
            case Place.List:
                // Null, an object or a text is no list, and never an empty one.
                return Skip(ref reader);
            case Place.ErrCode:
                return TakeErrCode(ref reader);
            case Place.ErrMsg:
                var text = reader;
                if (!Skip(ref reader))
                {
                    return false;
                }

                errMsg = TextConverter.Read(ref text);
                return true;
            default:
                return Skip(ref reader);
        }
    }

    private static bool TakeMember(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, List<WeComUser> into)
    {
        var start = (int)reader.TokenStartIndex;
        var isMember = reader.TokenType == JsonTokenType.StartObject;
        if (!reader.TrySkip())
        {
            return false;
        }

        // An entry that is nobody stays as somebody without an id: the list has a hole.
        into.Add(isMember ? JsonSerializer.Deserialize(json[start..(int)reader.BytesConsumed], WeComJson.Default.WeComUser)! : new WeComUser());
        return true;
    }

    private bool TakeErrCode(ref Utf8JsonReader reader)
    {
        var value = reader;
        if (!Skip(ref reader))
        {
            return false;
        }

        hasErrCode = true;
        errCode = errCode != 0 ? errCode : ReplyHead.Code(ref value);
        return true;
    }

    private bool Skip(ref Utf8JsonReader reader)
    {
        if (!reader.TrySkip())
        {
            return false;
        }

        place = Place.Fields;
        return true;
    }
}
