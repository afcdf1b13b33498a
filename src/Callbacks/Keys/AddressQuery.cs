using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Callbacks.Keys;

/// <summary>Reads tenants' callback addresses and protected keys.</summary>
internal sealed class AddressQuery(NpgsqlDataSource dataSource)
{
    private const string Sql = """
        SELECT t.id, t.callback_key, t.enabled AND t.switched_on, t.corp_id, s.channel,
               s.token, s.encoding_aes_key, s.former_token, s.former_encoding_aes_key, s.former_until,
               NOT EXISTS (SELECT FROM control.platforms WHERE NOT plugin_on)
        FROM control.tenants t LEFT JOIN control.wecom_settings s ON s.tenant_id = t.id
        """;

    public async Task<List<TenantAddresses>> AllAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand($"{Sql} ORDER BY t.id");
        return await ReadAsync(command, ct);
    }

    public async Task<List<TenantAddresses>> SomeAsync(string[] callbackKeys, long[] tenantIds, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand($"{Sql} WHERE t.callback_key = ANY($1) OR t.id = ANY($2) ORDER BY t.id");
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = callbackKeys });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = tenantIds });
        return await ReadAsync(command, ct);
    }

    private static async Task<List<TenantAddresses>> ReadAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        var tenants = new List<TenantAddresses>();
        var channels = new Dictionary<Channel, StoredChannel>();
        while (await reader.ReadAsync(ct))
        {
            var id = reader.GetInt64(0);
            if (tenants.Count == 0 || tenants[^1].TenantId != id)
            {
                channels = [];
                tenants.Add(new TenantAddresses(id, reader.GetString(1), reader.GetBoolean(2), reader.GetBoolean(10), channels));
            }

            if (!reader.IsDBNull(4))
            {
                var channel = EnumText.Parse<Channel>(reader.GetString(4));
                channels.Add(channel, new StoredChannel(id, channel, new StoredKeys(
                    reader.GetString(3),
                    Text(reader, 5),
                    Text(reader, 6),
                    Text(reader, 7),
                    Text(reader, 8),
                    reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9))));
            }
        }

        return tenants;
    }

    private static string? Text(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}
