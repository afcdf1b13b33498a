using Npgsql;
using NpgsqlTypes;

namespace WeComSync.Worker.Sync;

/// <summary>One open COPY into a staging table. Rows count only after <see cref="CompleteAsync"/>.</summary>
internal sealed class StageWriter : IAsyncDisposable
{
    private readonly NpgsqlBinaryImporter importer;

    private StageWriter(NpgsqlBinaryImporter importer) => this.importer = importer;

    public static async Task<StageWriter> OpenAsync(NpgsqlConnection connection, string copy, CancellationToken ct)
    {
        var importer = await connection.BeginBinaryImportAsync(copy, ct);
        // The rows come as fast as WeCom answers: minutes may pass between two of them.
        importer.Timeout = TimeSpan.Zero;
        return new StageWriter(importer);
    }

    public Task StartRowAsync(CancellationToken ct) => importer.StartRowAsync(ct);

    public Task TextAsync(string? value, CancellationToken ct) => value is null
        ? importer.WriteNullAsync(ct)
        : importer.WriteAsync(value, NpgsqlDbType.Text, ct);

    public Task JsonAsync(string? value, CancellationToken ct) => value is null
        ? importer.WriteNullAsync(ct)
        : importer.WriteAsync(value, NpgsqlDbType.Jsonb, ct);

    public Task BigintAsync(long? value, CancellationToken ct) => value is { } number
        ? importer.WriteAsync(number, NpgsqlDbType.Bigint, ct)
        : importer.WriteNullAsync(ct);

    public Task SmallintAsync(short? value, CancellationToken ct) => value is { } number
        ? importer.WriteAsync(number, NpgsqlDbType.Smallint, ct)
        : importer.WriteNullAsync(ct);

    public Task TextsAsync(string[]? values, CancellationToken ct) => values is null
        ? importer.WriteNullAsync(ct)
        : importer.WriteAsync(values, NpgsqlDbType.Array | NpgsqlDbType.Text, ct);

    public Task BigintsAsync(long[]? values, CancellationToken ct) => values is null
        ? importer.WriteNullAsync(ct)
        : importer.WriteAsync(values, NpgsqlDbType.Array | NpgsqlDbType.Bigint, ct);

    public Task IntegersAsync(int[]? values, CancellationToken ct) => values is null
        ? importer.WriteNullAsync(ct)
        : importer.WriteAsync(values, NpgsqlDbType.Array | NpgsqlDbType.Integer, ct);

    public Task IntegerAsync(int? value, CancellationToken ct) => value is { } number
        ? importer.WriteAsync(number, NpgsqlDbType.Integer, ct)
        : importer.WriteNullAsync(ct);

    public Task BooleanAsync(bool? value, CancellationToken ct) => value is { } flag
        ? importer.WriteAsync(flag, NpgsqlDbType.Boolean, ct)
        : importer.WriteNullAsync(ct);

    public Task TimeAsync(DateTimeOffset? value, CancellationToken ct) => value is { } time
        ? importer.WriteAsync(time.UtcDateTime, NpgsqlDbType.TimestampTz, ct)
        : importer.WriteNullAsync(ct);

    public async Task CompleteAsync(CancellationToken ct) => await importer.CompleteAsync(ct);

    public ValueTask DisposeAsync() => importer.DisposeAsync();
}
