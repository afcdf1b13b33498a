using System.Text.Json.Serialization;

namespace WeComSync.Worker.WebConsole;

/// <summary>What a form that was sent by script is told. Without script the same goes into the page.</summary>
internal sealed class FormAnswer
{
    /// <summary>Where to go; the form was accepted.</summary>
    [JsonPropertyName("go")]
    public string? Go { get; init; }

    /// <summary>What is wrong with the whole.</summary>
    [JsonPropertyName("problem")]
    public string? Problem { get; init; }

    /// <summary>What is wrong with each field, by its name.</summary>
    [JsonPropertyName("problems")]
    public IReadOnlyDictionary<string, string> Problems { get; init; } = new Dictionary<string, string>();

    /// <summary>The version that the next attempt is based on, where somebody else saved in between.</summary>
    [JsonPropertyName("version")]
    public string? Version { get; init; }
}
