using Microsoft.Extensions.Options;
using Npgsql;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;

namespace WeComSync.Worker.WeCom.Tokens;

/// <summary>Tells of secrets that WeCom refused a moment ago and that are still the ones entered: whoever resumes the tenant now mended nothing here.</summary>
internal sealed class RefusedSecrets(NpgsqlDataSource dataSource, TenantSecrets secrets, IOptions<WeComOptions> options)
{
    /// <returns>The last of them; null if there is none, or its <see cref="WeComOptions.RefusedSecretPause"/> is over.</returns>
    public async Task<RefusedSecret?> FindAsync(Tenant tenant, CancellationToken ct)
    {
        var refusals = new List<(RefusedSecret Refused, byte[] Attempt)>();
        await using (var command = dataSource.CreateCommand("""
            SELECT channel, refused_at, refused_at + $2, secret_hash FROM control.token_refusals WHERE tenant_id = $1 AND refused_at > now() - $2 ORDER BY refused_at DESC
            """))
        {
            command.Parameters.AddWithValue(tenant.Id);
            command.Parameters.AddWithValue(options.Value.RefusedSecretPause);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                refusals.Add((
                    new(EnumText.Parse<Channel>(reader.GetString(0)), await reader.GetFieldValueAsync<DateTimeOffset>(1, ct), await reader.GetFieldValueAsync<DateTimeOffset>(2, ct)),
                    reader.GetFieldValue<byte[]>(3)));
            }
        }

        foreach (var (refused, attempt) in refusals)
        {
            if (await AttemptAsync(tenant, refused.Channel, ct) is { } now && now.AsSpan().SequenceEqual(attempt))
            {
                return refused;
            }
        }

        return null;
    }

    /// <returns>What would be shown to WeCom; null if there is nothing to show.</returns>
    private async Task<byte[]?> AttemptAsync(Tenant tenant, Channel channel, CancellationToken ct)
    {
        try
        {
            return (await secrets.FindAsync(new WeComCaller(tenant.Id, tenant.CorpId, channel), ct)).AttemptHash;
        }
        catch (WeComException)
        {
            return null;
        }
    }
}

/// <summary>A secret that WeCom is not asked about again for a while.</summary>
/// <param name="Channel">Where it was entered.</param>
/// <param name="At">When WeCom refused it.</param>
/// <param name="Until">When it may be tried again.</param>
internal sealed record RefusedSecret(Channel Channel, DateTimeOffset At, DateTimeOffset Until);
