using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace WeComSync.Worker.WeCom.Json;

/// <summary>Reads a list; a single value in its place is a list of one, and what cannot be read counts as not returned.</summary>
internal abstract class LenientListConverter<T> : JsonConverter<T[]>
{
    public override T[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.IsEmpty)
            {
                return [];
            }

            return TryRead(ref reader, options, out var single) ? [single] : null;
        }

        T[] items = [];
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!TryRead(ref reader, options, out var item) && !KeepsPlaces)
            {
                continue;
            }

            if (count == items.Length)
            {
                Array.Resize(ref items, Math.Max(1, count * 2));
            }

            items[count++] = item;
        }

        Array.Resize(ref items, count);
        return items;
    }

    public override void Write(Utf8JsonWriter writer, T[] value, JsonSerializerOptions options) => throw new NotSupportedException();

    /// <summary>Whether an item that cannot be read stays in the list, as the default value: other lists go by position.</summary>
    protected virtual bool KeepsPlaces => false;

    /// <summary>Reads one value of any type and reports whether it was an item.</summary>
    protected abstract bool TryRead(ref Utf8JsonReader reader, JsonSerializerOptions options, out T item);
}

/// <summary>Ids and orders, which go beyond 2³¹.</summary>
internal sealed class LongListConverter : LenientListConverter<long>
{
    protected override bool KeepsPlaces => true;

    protected override bool TryRead(ref Utf8JsonReader reader, JsonSerializerOptions options, out long item)
    {
        var number = LenientNumber.Read(ref reader);
        item = number ?? 0;
        return number is not null;
    }
}

/// <summary>Flags, 0 or 1, also given as booleans.</summary>
internal sealed class IntListConverter : LenientListConverter<int>
{
    protected override bool KeepsPlaces => true;

    protected override bool TryRead(ref Utf8JsonReader reader, JsonSerializerOptions options, out int item)
    {
        var flag = LenientNumber.Read(ref reader);
        var fits = flag is >= int.MinValue and <= int.MaxValue;
        item = fits ? (int)flag!.Value : 0;
        return fits;
    }
}

/// <summary>User ids and addresses. Empty ones are left out.</summary>
internal sealed class TextListConverter : LenientListConverter<string>
{
    protected override bool TryRead(ref Utf8JsonReader reader, JsonSerializerOptions options, out string item)
    {
        item = TextConverter.Read(ref reader) ?? "";
        return item.Length > 0;
    }
}

/// <summary>The rows of a reply.</summary>
internal sealed class RowListConverter<T> : LenientListConverter<T>
    where T : class
{
    protected override bool TryRead(ref Utf8JsonReader reader, JsonSerializerOptions options, out T item)
    {
        item = RowConverter<T>.Read(ref reader, options)!;
        return item is not null;
    }
}

/// <summary>An object inside a reply; anything else in its place counts as not returned.</summary>
internal sealed class RowConverter<T> : JsonConverter<T>
    where T : class
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader, options);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => throw new NotSupportedException();

    public static T? Read(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            return JsonSerializer.Deserialize(ref reader, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
        }

        reader.Skip();
        return null;
    }
}
