using System.Security.Cryptography;
using Npgsql;

namespace WeComSync.Domain.Storage;

/// <summary>Refuses a host whose certificate does not open what other hosts stored, before it stores anything itself.</summary>
public sealed class SecretsCheck(NpgsqlDataSource dataSource, SecretProtector protector)
{
    private const string Known = "WeComSync";

    /// <summary>Stores the probe that later starts are checked against, unless it is there.</summary>
    public async Task CreateProbeAsync(CancellationToken ct)
    {
        if (await FindProbeAsync(ct) is not null)
        {
            return;
        }

        await using var command = dataSource.CreateCommand(
            "INSERT INTO control.secret_probe (id, protected) VALUES (1, $1) ON CONFLICT DO NOTHING");
        command.Parameters.AddWithValue(protector.Protect(0, SecretFields.Probe, Known));
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <exception cref="ConfigurationException">The configured certificate is not the one that protects this database.</exception>
    public async Task VerifyAsync(CancellationToken ct)
    {
        if (await FindProbeAsync(ct) is not { } probe)
        {
            return;
        }

        try
        {
            _ = protector.Unprotect(0, SecretFields.Probe, probe);
        }
        catch (CryptographicException)
        {
            throw new ConfigurationException(
                "Secrets:CertificatePath names a certificate that does not open the secrets stored in this database. "
                + "Use the PFX file of the other hosts; nothing was changed.");
        }
    }

    private async Task<string?> FindProbeAsync(CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("SELECT protected FROM control.secret_probe WHERE id = 1");
        return (string?)await command.ExecuteScalarAsync(ct);
    }
}
