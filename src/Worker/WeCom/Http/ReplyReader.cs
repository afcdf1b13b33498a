using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WeComSync.Worker.WeCom.Json;

namespace WeComSync.Worker.WeCom.Http;

/// <summary>Reads replies that fit into memory: errcode first, then the rest.</summary>
internal static class ReplyReader
{
    /// <summary>The largest complete lists (30,000 departments with names and leaders) stay below a tenth of this.</summary>
    private const int Largest = 64 << 20;

    /// <exception cref="WeComException">The errcode is not 0, or the body is no answer of WeCom's.</exception>
    public static async ValueTask<TReply> ReadAsync<TReply>(WeComResponse response, JsonTypeInfo<TReply> type, CancellationToken ct)
        where TReply : class, IReply
    {
        await using var owned = response;
        var buffer = ArrayPool<byte>.Shared.Rent(16 << 10);
        var length = 0;
        try
        {
            while (await response.ReadAsync(buffer.AsMemory(length), ct) is > 0 and var count)
            {
                length += count;
                if (length == buffer.Length)
                {
                    buffer = Grow(response, buffer, length);
                }
            }

            return Parse(response, buffer.AsSpan(0, length), type);
        }
        finally
        {
            // A reply may hold a token or people: neither stays in a shared buffer.
            buffer.AsSpan(0, length).Clear();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(WeComResponse response, byte[] full, int length)
    {
        if (length >= Largest)
        {
            throw WeComFault.Passing(response.Endpoint, $"the answer is larger than {Largest >> 20} MB");
        }

        var larger = ArrayPool<byte>.Shared.Rent(length * 2);
        full.AsSpan(0, length).CopyTo(larger);
        full.AsSpan(0, length).Clear();
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }

    private static TReply Parse<TReply>(WeComResponse response, Span<byte> body, JsonTypeInfo<TReply> type)
        where TReply : class, IReply
    {
        LenientText.BlankMark(body);
        LenientText.BlankControlCharacters(body);
        ReadOnlySpan<byte> json = body;
        ReplyHead head;
        TReply reply;
        try
        {
            head = ReplyHead.Read(json);
            if (head.ErrCode != 0)
            {
                throw WeComErrors.From(response.Endpoint, head.ErrCode, head.ErrMsg, response.Secret);
            }

            reply = JsonSerializer.Deserialize(json, type)!;
        }
        catch (JsonException)
        {
            // What the reader says may quote the body, so it is not kept.
            throw NotJson(response.Endpoint, json);
        }

        if (!head.HasErrCode && !reply.HasContent)
        {
            throw WeComFault.Passing(response.Endpoint, "the answer is JSON, but not WeCom's");
        }

        response.Accept();
        return reply;
    }

    /// <summary>Gateways answer 200 with pages of HTML; connections that break leave half a text.</summary>
    public static WeComException NotJson(string endpoint, ReadOnlySpan<byte> start)
    {
        var text = start.TrimStart((byte)' ');
        return WeComFault.Passing(endpoint, text.IsEmpty ? "the answer is empty"
            : text[0] == '<' ? "the answer is HTML, not JSON"
            : text[0] == '{' ? "the answer is no complete JSON"
            : "the answer is not JSON");
    }
}
