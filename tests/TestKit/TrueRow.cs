using System.Collections;
using System.Text.Json.Nodes;
using WeComSync.Worker.Sync;

namespace WeComSync.TestKit;

/// <summary>A row of the mirror as it ought to be: every column by its name.</summary>
/// <param name="isOptional">The mirror may have the row, and need not.</param>
internal sealed class TrueRow(bool isOptional = false) : IEnumerable
{
    private readonly Dictionary<string, object?> columns = [];

    public bool IsOptional => isOptional;

    public IReadOnlyCollection<string> Columns => columns.Keys;

    public void Add(string column, object? value) => columns.Add(column, value);

    /// <summary>As <see cref="MirrorTables.KeyOf"/>.</summary>
    public string KeyOf(MirrorTable table) => string.Join(' ', table.Key.Select(c => $"{c.Name}={CanonicalJson.Of(columns[c.Name])}"));

    /// <summary>What the mirror says otherwise.</summary>
    public IEnumerable<string> Differences(JsonObject mirrored) =>
        from column in columns
        let actual = CanonicalJson.Of(mirrored[column.Key])
        where !(column.Value as OneOf ?? new OneOf(column.Value)).Fits(actual)
        select $"{column.Key} is {actual} and not {column.Value as OneOf ?? new OneOf(column.Value)}";

    IEnumerator IEnumerable.GetEnumerator() => columns.GetEnumerator();
}

/// <summary>Values of which each is true, because WeCom does not tell every reader the same.</summary>
internal sealed class OneOf(params object?[] values)
{
    /// <summary>What was once told of somebody who cannot be read any more.</summary>
    public static readonly OneOf Any = new();

    private readonly string[] texts = [.. values.Select(CanonicalJson.Of)];

    public bool Fits(string text) => this == Any || texts.Contains(text);

    public override string ToString() => string.Join(" or ", texts);
}
