using NpgsqlTypes;

namespace WeComSync.Worker.Sync;

/// <summary>One column that a sync fills.</summary>
/// <param name="Name">Column of the mirror table; the staging table has the same.</param>
/// <param name="SqlType">Type in SQL, for the staging table.</param>
/// <param name="DbType">Type for COPY.</param>
/// <param name="Default">SQL value for a new row whose source does not tell it; null means NULL.</param>
internal sealed record Column(string Name, string SqlType, NpgsqlDbType DbType, string? Default = null)
{
    /// <summary>SQL of the staged value that empties the column, where a staged NULL ("not told") could not.</summary>
    public string? Nothing { get; init; }

    public static Column Text(string name, string? fallback = null) => new(name, "text", NpgsqlDbType.Text, fallback);

    /// <summary>An id of WeCom's: compared byte by byte.</summary>
    public static Column Id(string name) => new(name, "text COLLATE \"C\"", NpgsqlDbType.Text);

    public static Column Bigint(string name) => new(name, "bigint", NpgsqlDbType.Bigint);

    public static Column Smallint(string name, string? fallback = null) => new(name, "smallint", NpgsqlDbType.Smallint, fallback);

    public static Column Integer(string name) => new(name, "int", NpgsqlDbType.Integer);

    public static Column Boolean(string name, string? fallback = null) => new(name, "boolean", NpgsqlDbType.Boolean, fallback);

    public static Column Time(string name) => new(name, "timestamptz", NpgsqlDbType.TimestampTz);

    public static Column Json(string name) => new(name, "jsonb", NpgsqlDbType.Jsonb);

    public static Column Texts(string name) => new(name, "text[]", NpgsqlDbType.Array | NpgsqlDbType.Text);

    public static Column Integers(string name) => new(name, "int[]", NpgsqlDbType.Array | NpgsqlDbType.Integer);

    public static Column Bigints(string name) => new(name, "bigint[]", NpgsqlDbType.Array | NpgsqlDbType.Bigint);
}

/// <summary>A table of schema <c>mirror</c> as the merge sees it. All SQL of stage, difference and merge is made from this.</summary>
/// <param name="Name">Table in schema <c>mirror</c>.</param>
/// <param name="Entity">Name of the kind in the change feed, in errors and in held removals.</param>
/// <param name="Key">WeCom's key, without the tenant.</param>
/// <param name="Values">What WeCom tells about the object. A staged NULL means "not told": the mirror keeps its value.</param>
/// <param name="Label">SQL over the mirror row <c>m</c>: what a person knows the row by.</param>
internal sealed record MirrorTable(string Name, string Entity, Column[] Key, Column[] Values, string Label)
{
    /// <summary>Columns of the staging table that only the derivation of other rows needs.</summary>
    public Column[] Extras { get; init; } = [];

    /// <summary>SQL of columns of the staging table that PostgreSQL fills from the others.</summary>
    public string[] Computed { get; init; } = [];

    /// <summary>
    /// Whose event changes a row: kind of object, and SQL over the difference row <c>d</c> that gives its id as text. The first that
    /// an event named counts.
    /// </summary>
    public (string Kind, string IdSql)[] Subjects { get; init; } = [];

    /// <summary>Columns that only a removal fills and a return empties.</summary>
    public Column[] RemovalFacts { get; init; } = [];

    /// <summary>
    /// The whole table, of which this one has the columns that no reading tells. They are written whatever the row's date, which stays,
    /// and they bring nothing back that was removed.
    /// </summary>
    public MirrorTable? Beside { get; init; }

    /// <summary>What the rows belong to.</summary>
    public Owner[] Owners { get; init; } = [];

    /// <summary>Whether a person is asked before an answer without a single row removes anything, however complete it was.</summary>
    public bool EmptyIsNoProof { get; init; }

    public string Stage => $"stage_{Name}{Suffix}";

    public string Difference => $"difference_{Name}{Suffix}";

    public string Target => $"mirror.{Name}";

    private string Suffix => Beside is null ? "" : "_beside";
}
