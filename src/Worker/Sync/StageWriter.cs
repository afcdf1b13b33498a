using Npgsql;
using NpgsqlTypes;

namespace WeComSync.Worker.Sync;

/// <summary>One open COPY into a staging table. Rows count only after <see cref="CompleteAsync"/>.</summary>
internal sealed class StageWriter : IAsyncDisposable
{
    /// <summary>Rows that are read before they are copied: few enough to be held, and enough that a COPY costs little of their time.</summary>
    private const int Piece = 500;

    private readonly NpgsqlBinaryImporter importer;

    private StageWriter(NpgsqlBinaryImporter importer) => this.importer = importer;

    public static async Task<StageWriter> OpenAsync(NpgsqlConnection connection, string copy, CancellationToken ct) =>
        new(await connection.BeginBinaryImportAsync(copy, ct));

    /// <summary>
    /// Copies rows that come as fast as WeCom answers, in pieces that are there already: minutes may pass between two rows, and a COPY that
    /// stayed open would hold the whole database's oldest transaction, or be ended by a time-out.
    /// </summary>
    public static async Task CopyAsync<T>(
        NpgsqlConnection connection, string copy, IAsyncEnumerable<T> rows, Func<StageWriter, T, CancellationToken, Task> write, CancellationToken ct)
    {
        await foreach (var piece in rows.Chunk(Piece).WithCancellation(ct))
        {
            await using var writer = await OpenAsync(connection, copy, ct);
            foreach (var row in piece)
            {
                await write(writer, row, ct);
            }

            await writer.CompleteAsync(ct);
        }
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
