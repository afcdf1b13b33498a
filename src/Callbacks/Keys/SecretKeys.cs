using Npgsql;
using WeComSync.Domain.Storage;

namespace WeComSync.Callbacks.Keys;

/// <summary>What opens and protects secrets in this host. It comes from the database once and then works without it.</summary>
internal sealed class SecretKeys(NpgsqlDataSource dataSource, StorageOptions options)
{
    private StoredKeyRing? ring;
    private volatile SecretProtector? protector;

    public bool IsLoaded => protector is not null;

    /// <exception cref="InvalidOperationException">The database was never reached; ask <see cref="IsLoaded"/> first.</exception>
    public SecretProtector Protector => protector ?? throw new InvalidOperationException("The protection keys are not loaded yet.");

    /// <summary>Reads the keys again, because other hosts add some.</summary>
    /// <exception cref="NotMigratedException">There are none yet.</exception>
    /// <exception cref="ConfigurationException">The configured certificate is not the one that protects this database.</exception>
    public async Task RefreshAsync(CancellationToken ct)
    {
        var stored = await StoredKeyRing.ReadAsync(dataSource, ct);
        if (stored.IsEmpty)
        {
            throw new NotMigratedException();
        }

        if (ring is not null && stored.HasSameKeysAs(ring))
        {
            return;
        }

        var opened = stored.Open(options);
        await new SecretsCheck(dataSource, opened).VerifyAsync(ct);
        ring = stored;
        protector = opened;
    }
}
