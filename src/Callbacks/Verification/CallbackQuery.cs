using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace WeComSync.Callbacks.Verification;

/// <summary>The query of a callback, in the shape that WeCom sends.</summary>
/// <remarks>
/// WeCom signs a concatenation without separators, so characters could move between fields under the same signature;
/// the shapes, and exactly one of each field, leave them no place to go.
/// </remarks>
internal sealed record CallbackQuery
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    public required byte[] Signature { get; init; }

    public required string Timestamp { get; init; }

    public required string Nonce { get; init; }

    /// <summary>Null when the query has none.</summary>
    public string? Echo { get; init; }

    /// <returns>Null when a field is missing, doubled or of another shape.</returns>
    public static CallbackQuery? Read(string? queryString)
    {
        string? signature = null, timestamp = null, nonce = null, echo = null;
        foreach (var pair in new QueryStringEnumerable(queryString))
        {
            var once = pair.DecodeName().Span switch
            {
                "msg_signature" => TakeOnce(ref signature, pair),
                "timestamp" => TakeOnce(ref timestamp, pair),
                "nonce" => TakeOnce(ref nonce, pair),
                "echostr" => TakeOnce(ref echo, pair),
                _ => true,
            };
            if (!once)
            {
                return null;
            }
        }

        var wellFormed = signature is { Length: 40 } && !signature.AsSpan().ContainsAnyExcept(LowerHex)
            && timestamp is { Length: >= 1 and <= 11 } && !timestamp.AsSpan().ContainsAnyExcept(Digits)
            && nonce is { Length: >= 1 and <= 64 } && !nonce.AsSpan().ContainsAnyExceptInRange('!', '~');
        return wellFormed
            ? new CallbackQuery
            {
                Signature = Convert.FromHexString(signature!),
                Timestamp = timestamp!,
                Nonce = nonce!,
                // Base64 has no space: one stands for a plus that was not percent-encoded.
                Echo = echo?.Replace(' ', '+'),
            }
            : null;
    }

    /// <summary>The signed time in seconds since 1970.</summary>
    public long Seconds() => long.Parse(Timestamp, NumberStyles.None, CultureInfo.InvariantCulture);

    public SignedFields With(string encrypted) => new(Signature, Timestamp, Nonce, encrypted);

    private static bool TakeOnce(ref string? field, QueryStringEnumerable.EncodedNameValuePair pair)
    {
        if (field is not null)
        {
            return false;
        }

        field = pair.DecodeValue().ToString();
        return true;
    }
}
