using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.AspNetCore.WebUtilities;
using Npgsql;
using WeComSync.Domain.Storage;

namespace WeComSync.Worker.Commands.Secrets;

/// <summary>
/// Makes a key that the present certificate wraps, protects every stored secret with it, and wraps the older keys with the present certificate
/// too. So nothing needs the former certificate any longer, and hosts that still protect with an older key (they look for new ones once a day, or
/// when they meet a value of one) write nothing that is lost. It may end at any point: what was done stays done, and the next call goes on.
/// </summary>
internal sealed class SecretRotation(
    NpgsqlDataSource dataSource, IKeyManager keys, StorageOptions options, IServiceProvider services, ILoggerFactory loggers, TimeProvider clock)
{
    private const int BatchSize = 500;

    /// <summary>What a name of a key that was made here begins with: an end before the end is known by it.</summary>
    private const string Made = "rotation-";

    /// <summary>A protected value begins with four fixed bytes and the 16 of its key's id.</summary>
    private const int HeadBytes = 20;

    /// <summary>Base64 characters that are made from the head alone.</summary>
    private const int HeadCharacters = HeadBytes * 8 / 6;

    private static readonly TimeSpan KeyLife = TimeSpan.FromDays(90);

    /// <summary>Of the keys as they are now: a host's own looks for new ones in the background and goes on with what it knows meanwhile.</summary>
    private SecretProtector? fresh;

    private SecretProtector Protector => fresh ?? throw new InvalidOperationException("The keys are not read yet.");

    /// <param name="progress">Told after each batch: the column, and how many of its values were protected anew so far.</param>
    /// <param name="ct">Stops it between two batches.</param>
    /// <exception cref="CommandFailedException">Another one is at work.</exception>
    public async Task<RotationReport> RunAsync(Action<SecretColumn, long> progress, CancellationToken ct)
    {
        await using var held = await dataSource.OpenConnectionAsync(ct);
        await using (var take = new NpgsqlCommand($"SELECT pg_try_advisory_lock({AdvisoryLocks.SecretRotation})", held))
        {
            if (!(bool)(await take.ExecuteScalarAsync(ct))!)
            {
                throw new CommandFailedException("Another 'secrets rotate' is at work on this database; nothing was changed.");
            }
        }

        var (head, resumed) = await NewKeyAsync(ct);
        var columns = new List<RotatedColumn>();
        foreach (var column in SecretColumns.All)
        {
            var (rotated, unreadable) = await RotateAsync(column, head, progress, ct);
            columns.Add(new(column.ToString(), rotated, unreadable, await CountAsync(column, head, ct) - unreadable));
        }

        var wrapped = await WrapAsync(ct);
        return new(resumed, columns, wrapped, await FindOthersAsync(head, ct));
    }

    /// <returns>What every value protected with the newest key begins with, and whether an unfinished rotation had made it.</returns>
    private async Task<(byte[] Head, bool Resumed)> NewKeyAsync(CancellationToken ct)
    {
        var head = await ReadKeysAsync(ct);
        if (await IsMadeHereAsync(head, ct))
        {
            foreach (var column in SecretColumns.All)
            {
                if (await CountAsync(column, head, ct) > 0)
                {
                    return (head, true);
                }
            }
        }

        var now = clock.GetUtcNow();
        var made = keys.CreateNewKey(now, now + KeyLife);
        await using (var name = dataSource.CreateCommand("UPDATE control.data_protection_keys SET friendly_name = $1 || friendly_name WHERE friendly_name LIKE '%' || $2"))
        {
            name.Parameters.AddWithValue(Made);
            name.Parameters.AddWithValue(made.KeyId.ToString("D"));
            await name.ExecuteNonQueryAsync(ct);
        }

        var renewed = await ReadKeysAsync(ct);
        return new Guid(renewed.AsSpan(4)) == made.KeyId
            ? (renewed, false)
            : throw new CommandFailedException("The new key is not the one that this host protects with: compare the clocks of the hosts, then run the command again.");
    }

    /// <returns>The head of what the newest of the stored keys protects.</returns>
    private async Task<byte[]> ReadKeysAsync(CancellationToken ct)
    {
        fresh = (await StoredKeyRing.ReadAsync(dataSource, ct)).Open(options);
        return fresh.Protect(0, SecretFields.Probe, Array.Empty<byte>())[..HeadBytes];
    }

    private async Task<bool> IsMadeHereAsync(byte[] head, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("SELECT EXISTS (SELECT FROM control.data_protection_keys WHERE friendly_name LIKE $1 || '%' || $2)");
        command.Parameters.AddWithValue(Made);
        command.Parameters.AddWithValue(new Guid(head.AsSpan(4)).ToString("D"));
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task<(long Rotated, long Unreadable)> RotateAsync(SecretColumn column, byte[] head, Action<SecretColumn, long> progress, CancellationToken ct)
    {
        var (rotated, unreadable) = (0L, 0L);
        object[]? after = null;
        while (true)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            var rows = await ReadAsync(connection, column, head, after, ct);
            if (rows.Count == 0)
            {
                return (rotated, unreadable);
            }

            await using var batch = new NpgsqlBatch(connection, transaction);
            foreach (var (key, tenant, value) in rows)
            {
                if (Renew(column.Field(key[^1]), tenant, value) is not { } renewed)
                {
                    unreadable++;
                    continue;
                }

                var update = new NpgsqlBatchCommand(
                    $"UPDATE control.{column.Table} SET {column.Column} = $1 WHERE {string.Join(" AND ", column.Key.Select((name, place) => $"{name} = ${place + 2}"))}");
                update.Parameters.Add(new() { Value = renewed });
                update.Parameters.AddRange(key.Select(part => new NpgsqlParameter { Value = part }).ToArray());
                batch.BatchCommands.Add(update);
            }

            if (batch.BatchCommands.Count > 0)
            {
                await batch.ExecuteNonQueryAsync(ct);
            }

            await transaction.CommitAsync(ct);
            rotated += batch.BatchCommands.Count;
            after = rows[^1].Key;
            progress(column, rotated);
        }
    }

    /// <summary>Rows whose value an older key protects, locked, so that a host which saves another one meanwhile waits.</summary>
    private static async Task<List<(object[] Key, long Tenant, object Value)>> ReadAsync(
        NpgsqlConnection connection, SecretColumn column, byte[] head, object[]? after, CancellationToken ct)
    {
        var key = string.Join(", ", column.Key);
        await using var command = new NpgsqlCommand($"""
            SELECT {column.Column}, {column.Tenant ?? "0::bigint"}, {key} FROM control.{column.Table}
            WHERE {Older(column)}{(after is null ? "" : $" AND ({key}) > ({string.Join(", ", after.Select((_, place) => $"${place + 2}"))})")}
            ORDER BY {key} LIMIT {BatchSize} FOR UPDATE
            """, connection);
        command.Parameters.Add(HeadParameter(column, head));
        command.Parameters.AddRange((after ?? []).Select(part => new NpgsqlParameter { Value = part }).ToArray());
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<(object[], long, object)>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(([.. Enumerable.Range(2, column.Key.Count).Select(reader.GetValue)], reader.GetInt64(1), reader.GetValue(0)));
        }

        return rows;
    }

    /// <returns>Null for a value that does not open: it is of a key that was lost long ago, or was changed by hand.</returns>
    private object? Renew(string field, long tenant, object value)
    {
        try
        {
            return value is byte[] bytes
                ? Protector.Protect(tenant, field, Protector.Unprotect(tenant, field, bytes))
                : Protector.Protect(tenant, field, Protector.Unprotect(tenant, field, (string)value));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private async Task<long> CountAsync(SecretColumn column, byte[] head, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand($"SELECT count(*) FROM control.{column.Table} WHERE {Older(column)}");
        command.Parameters.Add(HeadParameter(column, head));
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private static string Older(SecretColumn column) =>
        column.IsBytes ? $"substring({column.Column} FROM 1 FOR {HeadBytes}) <> $1" : $"left({column.Column}, {HeadCharacters}) <> $1";

    private static NpgsqlParameter HeadParameter(SecretColumn column, byte[] head) => new() { Value = column.IsBytes ? head : Text(head) };

    private static string Text(byte[] head) => WebEncoders.Base64UrlEncode(head)[..HeadCharacters];

    private async Task<int> WrapAsync(CancellationToken ct)
    {
        if (options.Certificate is null)
        {
            return 0;
        }

        var wrapping = new KeyWrapping(new EncryptedXmlDecryptor(services), options.Certificate, loggers);
        var stored = new List<(long Id, string Xml)>();
        await using (var read = dataSource.CreateCommand("SELECT id, xml FROM control.data_protection_keys ORDER BY id"))
        await using (var reader = await read.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                stored.Add((reader.GetInt64(0), reader.GetString(1)));
            }
        }

        var wrapped = 0;
        foreach (var (id, xml) in stored)
        {
            if (wrapping.Wrap(xml) is { } renewed)
            {
                await using var update = dataSource.CreateCommand("UPDATE control.data_protection_keys SET xml = $2 WHERE id = $1");
                update.Parameters.AddWithValue(id);
                update.Parameters.AddWithValue(renewed);
                wrapped += await update.ExecuteNonQueryAsync(ct);
            }
        }

        return wrapped;
    }

    /// <summary>Columns with values of older keys that <see cref="SecretColumns"/> does not name: a release forgot them there.</summary>
    private async Task<IReadOnlyList<string>> FindOthersAsync(byte[] head, CancellationToken ct)
    {
        var known = SecretColumns.All.Select(column => (column.Table, column.Column)).ToHashSet();
        var columns = new List<(string Table, string Column, bool IsBytes)>();
        await using (var read = dataSource.CreateCommand($"""
            SELECT c.table_name, c.column_name, c.data_type = 'bytea' FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
            WHERE c.table_schema = 'control' AND t.table_type = 'BASE TABLE' AND c.data_type IN ('text', 'character varying', 'bytea', 'jsonb', 'json', 'ARRAY')
            ORDER BY 1, 2
            """))
        await using (var reader = await read.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                columns.Add((reader.GetString(0), reader.GetString(1), reader.GetBoolean(2)));
            }
        }

        var others = new List<string>();
        foreach (var (table, column, isBytes) in columns.Where(column => !known.Contains((column.Table, column.Column))))
        {
            // Bytes are looked at from their beginning; a text may have the value anywhere in it.
            await using var command = dataSource.CreateCommand(isBytes
                ? $"SELECT EXISTS (SELECT FROM control.{table} WHERE substring({column} FROM 1 FOR 4) = substring($1 FROM 1 FOR 4) AND substring({column} FROM 1 FOR {HeadBytes}) <> $1)"
                : $"SELECT EXISTS (SELECT FROM control.{table} WHERE strpos({column}::text, left($1, 5)) > 0 AND strpos({column}::text, $1) = 0)");
            command.Parameters.Add(new NpgsqlParameter { Value = isBytes ? head : Text(head) });
            if ((bool)(await command.ExecuteScalarAsync(ct))!)
            {
                others.Add($"control.{table}.{column}");
            }
        }

        return others;
    }
}

/// <summary>What a rotation did.</summary>
/// <param name="Resumed">It went on with the key of one that had not come to its end.</param>
/// <param name="Columns">What was found in each column.</param>
/// <param name="KeysWrapped">Older keys that the present certificate wraps now.</param>
/// <param name="Others">Columns with protected values that it does not know.</param>
internal sealed record RotationReport(bool Resumed, IReadOnlyList<RotatedColumn> Columns, int KeysWrapped, IReadOnlyList<string> Others);

/// <summary>What was found in one column.</summary>
/// <param name="Column">Its name with schema and table.</param>
/// <param name="Rotated">Values that the new key protects now.</param>
/// <param name="Unreadable">Values that did not open and were left.</param>
/// <param name="Left">Values that running hosts wrote meanwhile with an older key.</param>
internal sealed record RotatedColumn(string Column, long Rotated, long Unreadable, long Left);
