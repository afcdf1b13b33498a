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

/// <summary>
/// What an answer is about. Nothing but a list is one, so that what is none never looks empty; an entry that is no row stays as one without
/// an id, so that a list with a hole in it never looks whole.
/// </summary>
internal sealed class WholeListConverter<T> : JsonConverter<T[]>
    where T : class
{
    public override T[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        var rows = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            rows.Add(RowConverter<T>.Read(ref reader, options) ?? JsonSerializer.Deserialize("{}"u8, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)))!);
        }

        return [.. rows];
    }

    public override void Write(Utf8JsonWriter writer, T[] value, JsonSerializerOptions options) => throw new NotSupportedException();
}

/// <summary><see cref="WholeListConverter{T}"/> of ids that are texts; <c>""</c> for an entry that is none.</summary>
internal sealed class WholeTextListConverter : JsonConverter<string[]>
{
    public override string[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        var ids = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // A number alone is no id, though a row's id may come as one: it names nobody, and somebody is missing for it.
            var isText = reader.TokenType == JsonTokenType.String;
            var id = IdConverter.Read(ref reader);
            ids.Add(isText ? id ?? "" : "");
        }

        return [.. ids];
    }

    public override void Write(Utf8JsonWriter writer, string[] value, JsonSerializerOptions options) => throw new NotSupportedException();
}

/// <summary><see cref="WholeListConverter{T}"/> of ids that are numbers; 0 for an entry that is none.</summary>
internal sealed class WholeNumberListConverter : JsonConverter<long[]>
{
    public override long[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        var ids = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            ids.Add(LenientNumber.Read(ref reader) ?? 0);
        }

        return [.. ids];
    }

    public override void Write(Utf8JsonWriter writer, long[] value, JsonSerializerOptions options) => throw new NotSupportedException();
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
