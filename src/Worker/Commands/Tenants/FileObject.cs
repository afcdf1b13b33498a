using System.Text.Json;

namespace WeComSync.Worker.Commands.Tenants;

/// <summary>An object of the tenant file with the path to it. Whatever is wrong with it goes on the list of problems.</summary>
internal sealed class FileObject
{
    private readonly Dictionary<string, JsonElement> members = [];
    private readonly TextSources sources;
    private readonly List<string> problems;
    private readonly bool readable;

    /// <param name="element">Must be an object with no other keys than <paramref name="known"/>, each once.</param>
    /// <param name="path">For example <c>[0].contacts</c>.</param>
    /// <param name="sources">What references stand for.</param>
    /// <param name="problems">The list.</param>
    /// <param name="known">The keys that the object may have.</param>
    public FileObject(JsonElement element, string path, TextSources sources, List<string> problems, params ReadOnlySpan<string> known)
    {
        Path = path;
        this.sources = sources;
        this.problems = problems;
        if (element.ValueKind != JsonValueKind.Object)
        {
            problems.Add($"{path}: must be an object, is {KindOf(element)}");
            return;
        }

        readable = true;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                problems.Add($"{PathOf(member.Name)}: is not a known key; known here are {string.Join(", ", known)}");
            }
            else if (!seen.Add(member.Name))
            {
                problems.Add($"{PathOf(member.Name)}: is given twice");
            }
            else if (member.Value.ValueKind != JsonValueKind.Null)
            {
                // null means: not given.
                members[member.Name] = member.Value;
            }
        }
    }

    public string Path { get; }

    public bool Has(string name) => members.ContainsKey(name);

    public void Report(string name, string problem) => problems.Add($"{PathOf(name)}: {problem}");

    /// <returns>Null if the key is not given.</returns>
    public FileObject? Object(string name, params ReadOnlySpan<string> known) =>
        members.TryGetValue(name, out var value) ? new FileObject(value, PathOf(name), sources, problems, known) : null;

    /// <summary>The objects of an array; none if the key is not given.</summary>
    public IReadOnlyList<FileObject> Objects(string name, params string[] known)
    {
        if (!members.TryGetValue(name, out var value))
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            Report(name, $"must be an array, is {KindOf(value)}");
            return [];
        }

        return [.. value.EnumerateArray().Select((item, index) => new FileObject(item, $"{PathOf(name)}[{index}]", sources, problems, known))];
    }

    /// <param name="name">The key.</param>
    /// <param name="rule">Says what is wrong with a text; null if nothing is.</param>
    /// <returns>Null if the key is not given, or its value is wrong and reported.</returns>
    public string? Text(string name, Func<string, string?> rule)
    {
        if (!members.TryGetValue(name, out var value))
        {
            return null;
        }

        var (text, problem) = Resolve(value);
        problem ??= rule(text!);
        if (problem is null)
        {
            return text;
        }

        Report(name, problem);
        return null;
    }

    /// <summary>Reports each of the keys that is not given.</summary>
    public void Require(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (readable && !Has(name))
            {
                Report(name, "is required");
            }
        }
    }

    /// <returns>Null if the key is not given, or its value is wrong and reported.</returns>
    public int? WholeNumber(string name, int least, int most)
    {
        if (!members.TryGetValue(name, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            Report(name, $"must be a whole number, is {KindOf(value)}");
        }
        else if (!value.TryGetInt32(out var number) || number < least || number > most)
        {
            Report(name, $"must be a whole number from {least} to {most}");
        }
        else
        {
            return number;
        }

        return null;
    }

    /// <returns>Null if the key is not given, or its value is wrong and reported.</returns>
    public bool? Flag(string name)
    {
        if (!members.TryGetValue(name, out var value))
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Report(name, $"must be true or false, is {KindOf(value)}");
        return null;
    }

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };

    private string PathOf(string name) => $"{Path}.{name}";

    /// <summary>The text itself, or what <c>{"env":"NAME"}</c> or <c>{"file":"PATH"}</c> stands for.</summary>
    private (string? Text, string? Problem) Resolve(JsonElement value)
    {
        const string Expected = """must be a string, {"env":"NAME"} or {"file":"PATH"}""";
        if (value.ValueKind == JsonValueKind.String)
        {
            return Read(value);
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return (null, $"{Expected}, is {KindOf(value)}");
        }

        if (value.EnumerateObject().ToList() is not [{ Name: "env" or "file", Value.ValueKind: JsonValueKind.String } source])
        {
            return (null, Expected);
        }

        var (place, problem) = Read(source.Value);
        return problem is not null ? (null, problem)
            : place is null or "" ? (null, $"{Expected}; the name is empty")
            : source.Name == "env" ? sources.FromEnvironment(place)
            : sources.FromFile(place);
    }

    private static (string? Text, string? Problem) Read(JsonElement value)
    {
        try
        {
            return (value.GetString(), null);
        }
        catch (InvalidOperationException)
        {
            return (null, "holds half of a character (a lone \\uD800 to \\uDFFF)");
        }
    }
}
