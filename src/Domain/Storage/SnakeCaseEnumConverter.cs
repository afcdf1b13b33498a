using System.Text.Json;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace WeComSync.Domain.Storage;

/// <summary>Stores an enum as the text that the contracts name: <c>Running</c> as <c>running</c>.</summary>
public sealed class SnakeCaseEnumConverter<T>() : ValueConverter<T, string>(value => EnumText.Of(value), text => EnumText.Parse<T>(text))
    where T : struct, Enum;

/// <summary>The stored text of an enum value, for SQL and command lines.</summary>
public static class EnumText
{
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <exception cref="FormatException">The text names no value.</exception>
    public static T Parse<T>(string text)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Of(value) == text)
            {
                return value;
            }
        }

        throw new FormatException($"'{text}' is no {typeof(T).Name}; expected one of {string.Join(", ", Enum.GetValues<T>().Select(Of))}.");
    }
}
