using System.Buffers;
using System.Text.Json;
using WeComSync.Worker.WeCom.Json;

namespace WeComSync.Worker.WeCom.Http;

/// <summary>
/// A <c>user/list</c> answer whose errcode is known to be 0 and whose members are read as they come.
/// It is complete only when <see cref="ReadAsync"/> said so.
/// </summary>
internal sealed class UserListBody : IAsyncDisposable
{
    private readonly WeComResponse response;
    private readonly UserListParser parser = new();
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
    private int length;
    private int nextParse;
    private bool ended;

    private UserListBody(WeComResponse response) => this.response = response;

    /// <summary>
    /// Reads until errcode is known. Members that come before it are kept back: a failure carries lists too.
    /// </summary>
    /// <exception cref="WeComException">The errcode is not 0, or the body is no answer of WeCom's.</exception>
    public static async ValueTask<UserListBody> OpenAsync(WeComResponse response, CancellationToken ct)
    {
        var body = new UserListBody(response);
        try
        {
            while (!body.parser.Head.HasErrCode && !body.ended)
            {
                await body.FillAsync(ct);
            }

            if (!body.parser.Head.HasErrCode && !body.parser.HasList)
            {
                throw WeComFault.Passing(response.Endpoint, "the answer is JSON, but not WeCom's");
            }

            response.Accept();
            return body;
        }
        catch
        {
            await body.DisposeAsync();
            throw;
        }
    }

    /// <summary>The members read and not yet taken; take them, then <see cref="List{T}.Clear"/>.</summary>
    public List<WeComUser> Members { get; } = [];

    /// <summary>Reads some more members.</summary>
    /// <returns>False: there are no more, and the answer was complete.</returns>
    /// <exception cref="WeComException">The answer broke off: what was read is right, but not all.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken ct)
    {
        while (Members.Count == 0 && !ended)
        {
            await FillAsync(ct);
        }

        return Members.Count > 0;
    }

    public async ValueTask DisposeAsync()
    {
        // Cleared, since it holds people.
        ArrayPool<byte>.Shared.Return(Interlocked.Exchange(ref buffer, []), clearArray: true);
        await response.DisposeAsync();
    }

    private async ValueTask FillAsync(CancellationToken ct)
    {
        if (length == buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(length * 2);
            buffer.AsSpan(0, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            buffer = larger;
        }

        var count = await response.ReadAsync(buffer.AsMemory(length), ct);
        LenientText.BlankControlCharacters(buffer.AsSpan(length, count));
        length += count;
        ended = count == 0;
        if (!parser.Started)
        {
            LenientText.BlankMark(buffer.AsSpan(0, length));
        }

        // A value that is not whole yet is looked at again when there is twice as much: each look begins at its start.
        if (ended || length >= nextParse)
        {
            Parse();
        }
    }

    private void Parse()
    {
        ReadOnlySpan<byte> json = buffer.AsSpan(0, length);
        int done;
        var first = Members.Count;
        try
        {
            done = parser.Read(json, ended, Members);
            if (ended && !parser.Ended)
            {
                throw new JsonException();
            }
        }
        catch (JsonException)
        {
            // What the reader says may quote the body, so it is not kept.
            throw ReplyReader.NotJson(response.Endpoint, parser.HasList ? "{"u8 : json);
        }

        if (parser.Head.ErrCode != 0)
        {
            throw WeComErrors.From(response.Endpoint, parser.Head.ErrCode, parser.Head.ErrMsg, response.Secret);
        }

        if (ended && parser.Head.HasErrCode && !parser.HasList)
        {
            throw WeComFault.NoList(response.Endpoint);
        }

        for (; first < Members.Count; first++)
        {
            Members[first].FetchedAt = response.RequestedAt;
        }

        json[done..].CopyTo(buffer);
        length -= done;
        nextParse = done == 0 ? length * 2 : 0;
    }
}
