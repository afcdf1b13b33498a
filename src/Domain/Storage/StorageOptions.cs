using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace WeComSync.Domain.Storage;

/// <summary>A setting that a host cannot start with; the message names its key and says what to do.</summary>
public sealed class ConfigurationException(string message) : Exception(message);

/// <summary>The settings that both hosts share, read and checked once at start.</summary>
public sealed record StorageOptions
{
    /// <summary>Npgsql connection string.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Wraps the keys that encrypt stored secrets; null only in Development.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The one before it, which still opens keys that it wrapped, until <c>secrets rotate</c> has run.</summary>
    public X509Certificate2? FormerCertificate { get; init; }

    /// <exception cref="ConfigurationException">A setting is missing or wrong.</exception>
    public static StorageOptions Read(IConfiguration configuration, IHostEnvironment environment)
    {
        var connectionString = configuration.GetConnectionString("WeComSync");
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            throw new ConfigurationException(
                "ConnectionStrings:WeComSync is not set. Set ConnectionStrings__WeComSync to an Npgsql connection string, "
                + "for example 'Host=db;Database=wecomsync;Username=wecomsync;Password=…'.");
        }

        try
        {
            _ = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException wrong)
        {
            throw new ConfigurationException($"ConnectionStrings:WeComSync is not an Npgsql connection string: {wrong.Message}");
        }

        var certificate = ReadCertificate(configuration, "Certificate");
        if (certificate is null && !environment.IsDevelopment())
        {
            throw new ConfigurationException(
                "Secrets:CertificatePath is not set. It names the PFX file that protects stored secrets; "
                + "all hosts of one database need the same file. Only the Development environment runs without it.");
        }

        return new StorageOptions
        {
            ConnectionString = connectionString, Certificate = certificate, FormerCertificate = ReadCertificate(configuration, "FormerCertificate"),
        };
    }

    /// <returns>Null if none is named.</returns>
    private static X509Certificate2? ReadCertificate(IConfiguration configuration, string name)
    {
        var path = configuration[$"Secrets:{name}Path"];
        if (string.IsNullOrWhiteSpace(path))
        {
            return null;
        }

        try
        {
            var certificate = X509CertificateLoader.LoadPkcs12FromFile(path, configuration[$"Secrets:{name}Password"]);
            return certificate.HasPrivateKey
                ? certificate
                : throw new ConfigurationException($"Secrets:{name}Path: '{path}' holds no private key. Export the PFX with its key.");
        }
        catch (Exception wrong) when (wrong is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                $"Secrets:{name}Path: '{path}' cannot be opened ({wrong.Message}). Check the path, the file's rights and "
                + $"Secrets:{name}Password.");
        }
    }
}
